from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import pytest

from discovery.settings import Settings, load_settings
from discovery.settings.reader import Reader
from tests.cli.conftest import Run

_SETTING = re.compile(r"^# (\[?\[?[a-z_]+(\.[a-z]+)?\]?\]?$|[\"a-z0-9 _]+ = )", re.IGNORECASE)


def template() -> str:
    return resources.files("discovery.cli").joinpath("discovery.toml").read_text(encoding="utf-8")


def test_init_writes_settings_and_an_inbox_that_a_run_can_use(cli: Run) -> None:
    result = cli("init")
    assert result.exit_code == 0
    config = Path("discovery.toml")
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path("inbox").stat().st_mode) == 0o700
    settings = load_settings(config, environ={})
    assert settings.inbox == Path("inbox").absolute()
    assert settings == Settings(settings.home, settings.inbox, config.absolute())


def test_init_overwrites_nothing(cli: Run) -> None:
    Path("discovery.toml").write_text("mine")
    result = cli("init")
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    assert Path("discovery.toml").read_text() == "mine"
    assert not Path("inbox").exists()


def test_an_inbox_that_is_there_is_left_as_it_is(cli: Run) -> None:
    Path("inbox").mkdir()
    Path("inbox/mine.csv").write_text("x")
    assert cli("init").exit_code == 0
    assert Path("inbox/mine.csv").read_text() == "x"


def everything_uncommented(folder: Path) -> Path:
    config = folder / "all.toml"
    lines = (line.removeprefix("# ") if _SETTING.match(line) else line for line in template().splitlines())
    config.write_text("\n".join(lines))
    return config


def test_every_key_that_is_read_stands_in_the_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing: dict[str, set[str]] = {}
    refuse = Reader.refuse_unknown

    def noted(reader: Reader, known: set[str], block: Mapping[str, object], prefix: str) -> None:
        missing[prefix] = known - block.keys()
        refuse(reader, known, block, prefix)

    monkeypatch.setattr(Reader, "refuse_unknown", noted)
    load_settings(everything_uncommented(tmp_path), environ={})
    assert len(missing) > 20
    words = "\n".join(line for line in template().splitlines() if not _SETTING.match(line))
    unnamed = {f"{prefix}{key}" for prefix, keys in missing.items() for key in keys
               if not re.search(rf"\b{key}\b", words)}  # fmt: skip
    assert unnamed == set()
    assert {prefix: keys for prefix, keys in missing.items() if keys and "[[" not in prefix} == {
        "scim.asana.": {"instance", "private_network"}
    }


def test_every_setting_stands_in_the_template_and_may_be_uncommented(tmp_path: Path) -> None:
    settings = load_settings(everything_uncommented(tmp_path), environ={})
    defaults = Settings(settings.home, settings.inbox)
    for name in ("timezone", "nightly_at", "schedule_enabled", "keep_generations", "memory_limit", "threads",
                 "browsing", "min_visit_days", "group"):  # fmt: skip
        assert getattr(settings, name) == getattr(defaults, name), name
    assert settings.domains
    assert settings.source_of_truth
    assert settings.catalog
    assert settings.plugins
    assert settings.cardholders
    assert settings.cadence_days
    assert settings.sources[0].date_order == "dmy"
    assert settings.mappings[0].columns["merchant"] == "MERCHANT NAME"


@pytest.mark.parametrize(
    "key", ["home", "inbox", "domains", "timezone", "catalog", "plugins", "source_of_truth"]
)
def test_the_template_names_a_key(key: str) -> None:
    assert re.search(rf"^# {key} = ", template(), re.MULTILINE)
