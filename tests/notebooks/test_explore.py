"""The notebook runs from top to bottom on the sample company, draws what it says, and keeps nothing of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from discovery.settings import Settings

FILE = Path(__file__).resolve().parents[2] / "notebooks" / "explore.ipynb"

# In a process of its own, which leaves no sockets behind in that of the tests. The kernel is talked to over sockets of the
# file system: what the published file says of people goes over no network, not even this machine's.
RUN = """
import sys
import nbformat

import pytest

from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, km=AsyncKernelManager(kernel_name="python3", transport="ipc"), timeout=120).execute()
nbformat.write(notebook, sys.argv[2])
"""


@pytest.mark.long
def test_every_cell_runs_and_the_charts_are_drawn(sample_published: Settings, tmp_path: Path) -> None:
    where = {"DISCOVERY_HOME": str(sample_published.home), "JUPYTER_PLATFORM_DIRS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(FILE), str(tmp_path / "done.ipynb")],
        cwd=tmp_path, env={**os.environ, **where}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    notebook: Any = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    outputs = [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]
    assert [out for out in outputs if out.output_type == "stream" and out.name == "stderr"] == []
    pictures = [out for out in outputs if "image/png" in out.get("data", {})]
    assert len(pictures) == 5
    assert all(len(out["data"]["image/png"]) > 4000 for out in pictures), (
        "a picture without anything in it is smaller"
    )
    tables = "".join(out["data"].get("text/plain", "") for out in outputs if "data" in out)
    assert "2026-09-30" in tables
    assert "Miro" in tables


def test_the_file_keeps_no_outputs() -> None:
    cells = json.loads(FILE.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 7
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
