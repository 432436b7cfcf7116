"""The ledger: whatever is changed in it is found, whatever crashes, and whoever writes at the same time."""

from __future__ import annotations

import getpass
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery.errors import BadUse, LedgerBroken
from discovery.ledger import GENESIS, Head, Ledger, anchor, chain, verify_ledger
from discovery.ledger.chain import TORN_FILE
from discovery.ledger.head import parse_head, read_heads

LINES = 12


def write_some(home: Path, count: int = LINES) -> Ledger:
    ledger = Ledger(home)
    for number in range(count):
        ledger.append(
            "intent" if number % 2 else "result",
            case_id="case-1",
            step_id=f"s{number}",
            person_id=f"person{number % 3}",
            state="accepted",
            data={"number": number, "route": "api"},
            private={"detail": f"ada{number}@example.com was told"},
        )
    return ledger


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    home = tmp_path_factory.mktemp("ledger")
    ledger = write_some(home)
    anchor(home)
    return home, ledger.path.read_bytes()


def test_the_first_entry_starts_a_chain_that_verifies(tmp_path: Path) -> None:
    ledger = write_some(tmp_path / "home")
    entries = ledger.entries()
    assert [e.sequence for e in entries] == list(range(1, LINES + 1))
    assert entries[0].previous_hash == GENESIS
    assert [e.previous_hash for e in entries[1:]] == [e.hash for e in entries[:-1]]
    verdict = verify_ledger(tmp_path / "home")
    assert (verdict.is_whole, verdict.count, verdict.anchored) == (True, LINES, None)
    assert anchor(tmp_path / "home") == anchor(tmp_path / "home"), "the same head is saved once"
    assert len(read_heads(tmp_path / "home")) == 1
    assert verify_ledger(tmp_path / "home").anchored == LINES


def test_a_summary_says_lists_as_words(tmp_path: Path) -> None:
    entry = Ledger(tmp_path / "home").append(
        "task",
        case_id="case-1",
        person_id="p",
        data={"outcome": ["done", "told"]},
        private={"title": "Ask Ada"},
    )
    assert entry.summary({"title": "Ask Ada"}) == "Ask Ada; outcome done, told"


def test_an_empty_home_is_whole_and_not_anchored(tmp_path: Path) -> None:
    verdict = verify_ledger(tmp_path)
    assert (verdict.is_whole, verdict.count, verdict.anchored) == (True, 0, None)
    assert anchor(tmp_path) is None


@settings(max_examples=400)
@given(data=st.data())
def test_any_changed_byte_is_found_with_its_record(written: tuple[Path, bytes], data: st.DataObject) -> None:
    home, content = written
    at = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(1, 255))
    changed = content[:at] + bytes([content[at] ^ other]) + content[at + 1 :]
    verdict = judged(home, changed, content)
    assert not verdict.is_whole
    assert verdict.bad_record == content[:at].count(b"\n") + 1


@settings(max_examples=150)
@given(data=st.data())
def test_any_deleted_swapped_doubled_or_moved_record_is_found(
    written: tuple[Path, bytes], data: st.DataObject
) -> None:
    home, content = written
    lines = content.splitlines(keepends=True)
    how = data.draw(st.sampled_from(["delete", "swap", "double", "insert"]))
    a = data.draw(st.integers(0, len(lines) - 1))
    b = data.draw(st.integers(0, len(lines) - 1).filter(lambda x: x != a))
    new = list(lines)
    if how == "delete":
        del new[a]
        first = a
    elif how == "swap":
        new[a], new[b] = new[b], new[a]
        first = min(a, b)
    elif how == "double":
        new.insert(a + 1, new[a])
        first = a + 1
    else:
        new.insert(a, lines[b])
        first = a if b != a else a + 1
    verdict = judged(home, b"".join(new), content)
    assert not verdict.is_whole
    assert verdict.bad_record == first + 1


@settings(max_examples=150)
@given(data=st.data())
def test_any_truncation_is_found_against_a_saved_head(
    written: tuple[Path, bytes], data: st.DataObject
) -> None:
    home, content = written
    cut = data.draw(st.integers(0, len(content) - 1))
    verdict = judged(home, content[:cut], content)
    assert not verdict.is_whole
    assert verdict.bad_record == content[:cut].count(b"\n") + 1


def judged(home: Path, changed: bytes, original: bytes):
    path = Ledger(home).path
    path.write_bytes(changed)
    try:
        return verify_ledger(home)
    finally:
        path.write_bytes(original)


def test_without_a_saved_head_a_whole_record_cut_off_is_not_seen_and_that_is_said(tmp_path: Path) -> None:
    ledger = write_some(tmp_path)
    head = Head(LINES, ledger.entries()[-1].hash)
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join(lines[:-1]))
    verdict = verify_ledger(tmp_path)
    assert (verdict.is_whole, verdict.anchored) == (True, None)
    assert verify_ledger(tmp_path, [head]).bad_record == LINES, "a head kept elsewhere finds it"


def test_a_ledger_written_anew_is_found_against_a_head(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    head = Head(5, write_some(first).entries()[4].hash)
    write_some(second)
    assert verify_ledger(first, [head]).anchored == 5
    assert verify_ledger(second, [head]).bad_record == 5


def test_a_head_reads_as_it_is_printed() -> None:
    head = Head(3, "a" * 64)
    assert parse_head(str(head)) == head
    for wrong in ("", "3", "x:" + "a" * 64, "3:" + "g" * 64, "3:aa"):
        with pytest.raises(BadUse):
            parse_head(wrong)


def test_nothing_is_appended_to_a_broken_ledger(tmp_path: Path) -> None:
    ledger = write_some(tmp_path)
    content = ledger.path.read_bytes()
    ledger.path.write_bytes(content.replace(b'"number":11', b'"number":12'))
    before = ledger.path.read_bytes()
    with pytest.raises(LedgerBroken):
        ledger.append("intent", case_id="case-1")
    assert ledger.path.read_bytes() == before
    with pytest.raises(LedgerBroken) as found:
        ledger.entries()
    assert found.value.record == 12


def test_reading_again_verifies_only_what_is_new_and_sees_every_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = write_some(tmp_path)
    before = ledger.entries()
    parsed: list[bytes] = []
    parse = chain.parse_entry

    def counting(line: bytes) -> chain.Entry:
        parsed.append(line)
        return parse(line)

    monkeypatch.setattr(chain, "parse_entry", counting)
    assert Ledger(tmp_path).entries() == before
    assert parsed == []
    added = ledger.append("case", case_id="case-2")
    parsed.clear()
    assert ledger.entries() == [*before, added]
    assert len(parsed) == 1
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole.replace(b'"number":11', b'"number":12'))
    with pytest.raises(LedgerBroken, match="record 12 is wrong"):
        ledger.entries()
    ledger.path.write_bytes(b"".join(whole.splitlines(keepends=True)[:3]))
    assert ledger.entries() == before[:3], "a shorter file is read as it is"
    ledger.path.unlink()
    assert ledger.entries() == []


def test_a_private_part_that_was_changed_or_lost_is_found(tmp_path: Path) -> None:
    ledger = write_some(tmp_path)
    subject = ledger.entries()[1].subject
    assert subject
    file = tmp_path / "ledger_private" / f"{subject}.jsonl"
    file.write_bytes(file.read_bytes().replace(b"ada4@", b"eve4@"))
    verdict = verify_ledger(tmp_path)
    assert verdict.bad_record == 5
    file.unlink()
    assert verify_ledger(tmp_path).bad_record == 2


def test_forgetting_leaves_the_chain_whole_and_nothing_of_the_person(tmp_path: Path) -> None:
    ledger = write_some(tmp_path)
    before = ledger.entries()
    head = Head(LINES, before[-1].hash)
    assert ledger.forget("person1", {"person_hash": "0f" * 32, "records": 3})
    said = ledger.entries()[-1]
    assert (said.kind, said.data) == ("forgotten", {"person_hash": "0f" * 32, "records": 3})
    assert said.subject in {e.subject for e in before}
    assert not ledger.forget("person1"), "there is nothing left to forget"
    assert ledger.entries()[-1].kind == "forgotten", "and it is said that somebody asked"
    verdict = verify_ledger(tmp_path, [head])
    assert (verdict.is_whole, verdict.forgotten_count, verdict.anchored) == (True, 4, LINES)
    everything = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    names = "".join(str(p) for p in tmp_path.rglob("*"))
    assert b"ada1@example.com" not in everything
    assert b"person1" not in everything
    assert "person1" not in names
    assert b"ada2@example.com" in everything, "others are kept"
    private = ledger.read_private(ledger.entries())
    assert len(private) == LINES - 4
    again = ledger.append("case", person_id="person1", private={"detail": "came back"})
    assert again.subject not in {e.subject for e in before}, "a new key, so a new pseudonym"
    assert verify_ledger(tmp_path).is_whole


def test_the_chain_names_nobody_but_the_actor(tmp_path: Path) -> None:
    ledger = write_some(tmp_path)
    chain = ledger.path.read_bytes()
    assert b"@example.com" not in chain
    assert b"person1" not in chain


def test_the_actor_is_who_the_operating_system_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("LOGNAME", "somebody-else")
    entry = Ledger(tmp_path).append("case")
    assert getpass.getuser() == "somebody-else"
    assert entry.actor.startswith(f"os:{pwd.getpwuid(os.getuid()).pw_name}")


def test_secrets_do_not_reach_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "hunter2-hunter2")
    secrets = [
        "Bearer abc.def-ghi_jkl",
        "xoxb-123456789-abcdef",
        "ghp_abcdefghijklmnopqrst",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "https://admin:s3cretpw@app.example/x",
        "?access_token=tok12345&x=1",
        '{"client_secret": "verysecret"}',
        "said hunter2-hunter2 aloud",
        "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----",
    ]
    Ledger(tmp_path).append(
        "result", person_id="p", data={"answers": secrets}, private={"detail": " ".join(secrets)}
    )
    everything = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    for secret in (b"abc.def-ghi_jkl", b"xoxb-", b"ghp_abc", b"eyJhbGci", b"s3cretpw", b"tok12345", b"verysecret",
                   b"hunter2", b"MIIB"):  # fmt: skip
        assert secret not in everything
    assert b"app.example/x" in everything, "what is no secret stays"


def test_files_are_private_under_any_umask(tmp_path: Path) -> None:
    write_some(tmp_path / "home")
    anchor(tmp_path / "home")
    for path in (tmp_path / "home").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_unknown_kinds_and_private_parts_of_nobody_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadUse):
        Ledger(tmp_path).append("gossip")
    with pytest.raises(BadUse):
        Ledger(tmp_path).append("case", private={"detail": "x"})
    with pytest.raises(BadUse):
        Ledger(tmp_path).append("case", person_id="../../etc")
    assert Ledger(tmp_path).entries() == []


@pytest.mark.parametrize("kept", [1, 20, -1])
def test_a_torn_last_line_is_set_aside_and_said(tmp_path: Path, kept: int) -> None:
    ledger = write_some(tmp_path, 3)
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    torn = lines[2][:kept]
    ledger.path.write_bytes(b"".join(lines[:2]) + torn)
    assert len(ledger.entries()) == 2
    verdict = verify_ledger(tmp_path)
    assert (verdict.is_whole, verdict.bad_record, verdict.torn_bytes) == (False, 3, len(torn))
    ledger.append("case", case_id="case-2")
    kinds = [e.kind for e in ledger.entries()]
    assert kinds == ["result", "intent", "torn", "case"]
    assert ledger.entries()[2].data["bytes"] == len(torn)
    assert (tmp_path / TORN_FILE).read_bytes() == torn + b"\n"
    assert verify_ledger(tmp_path).is_whole


APPEND = """
import sys
from pathlib import Path
from discovery.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    ledger.append("intent", person_id="p" + sys.argv[2], data={"writer": sys.argv[2], "number": number},
                  private={"detail": "x" * 300})
"""

KILLED = """
import os, signal, sys
from pathlib import Path
from discovery.ledger import Ledger
from discovery.ledger import subject, chain
deadly, count, write, sync = int(sys.argv[2]), 0, os.write, os.fsync

def die(half):
    global count
    count += 1
    if count == deadly:
        half()
        os.kill(os.getpid(), signal.SIGKILL)

def dying_write(handle, data):
    die(lambda: write(handle, data[: len(data) // 2]))
    return write(handle, data)

def dying_sync(handle):
    die(lambda: None)
    return sync(handle)

os.write, os.fsync = dying_write, dying_sync
ledger = Ledger(Path(sys.argv[1]))
for number in range(3):
    entry = ledger.append("intent", person_id=f"p{number % 2}", data={"number": number}, private={"detail": "x"})
    write(1, b"%d\\n" % entry.sequence)
"""


def test_two_writers_at_once_make_one_chain(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", APPEND, str(tmp_path), name, "150"], stderr=subprocess.PIPE)
        for name in ("a", "b")
    ]
    for writer in writers:
        assert writer.communicate()[1] == b""
        assert writer.returncode == 0
    entries = Ledger(tmp_path).entries()
    assert len(entries) == 300
    for name in ("a", "b"):
        assert [e.data["number"] for e in entries if e.data["writer"] == name] == list(range(150))
    assert verify_ledger(tmp_path).is_whole


def test_killed_at_every_write_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    for deadly in range(1, 100):
        home = tmp_path / str(deadly)
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(home), str(deadly)], capture_output=True, text=True
        )
        acknowledged = [int(line) for line in done.stdout.split()]
        ledger = Ledger(home)
        assert [e.sequence for e in ledger.entries()][: len(acknowledged)] == acknowledged
        ledger.append("case", person_id="p0", private={"detail": "afterwards"})
        verdict = verify_ledger(home)
        assert verdict.is_whole, (deadly, verdict)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    else:
        pytest.fail("it never came to an end")
    assert deadly > 15, "the kills reached every write"


def test_a_full_disk_refuses_and_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    write_some(tmp_path, 2)
    before = Ledger(tmp_path).path.read_bytes()
    size = len(before) + 50
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom discovery.ledger import Ledger\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        "try:\n    Ledger(Path(sys.argv[1])).append('intent', case_id='c')\n"
        "except OSError as error:\n    print('refused', error.errno)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert done.stdout.startswith("refused"), done.stderr
    assert Ledger(tmp_path).path.read_bytes() == before
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != size


def test_a_line_is_plain_json(tmp_path: Path) -> None:
    ledger = write_some(tmp_path, 1)
    row = json.loads(ledger.path.read_text(encoding="ascii"))
    assert row["at"].endswith("Z")
    assert row["data"] == {"number": 0, "route": "api"}
