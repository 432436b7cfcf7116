"""Files as they come in real life: repeated, broken, cut off, foreign, empty, zipped."""

from .exports_sign_ins import PORTAL_HEADER, graph_sign_in
from .exports_spend import NEW_EXPENSIFY_HEADER, RAMP_HEADER, ramp_path
from .writing import Writer

MEETING_ROOMS = """Room,Floor,Seats,Screen,Booked by default
Faraday,2,8,yes,no
Hooke,2,4,no,no
Kelvin,3,14,yes,Monday stand-up
Lovelace,3,6,yes,no
"""


def write_dirt(writer: Writer) -> None:
    """All dirty files; none of them holds a trace that no clean file holds, except where said."""
    write_repeated(writer)
    write_broken(writer)
    write_cut_off(writer)
    writer.text("misc/notes.csv", MEETING_ROOMS)
    writer.note("misc/notes.csv", "", 0, state="unrecognised")
    empty = f"entra/portal/NonInteractiveSignIns_{writer.options.end}_empty.csv"
    writer.text(empty, PORTAL_HEADER + "\n")
    writer.note(empty, "Entra sign-ins, portal NonInteractiveSignIns CSV", 0)
    write_zipped(writer)


def write_repeated(writer: Writer) -> None:
    """Repeat the Ramp file, byte for byte, under another name."""
    source = ramp_path(writer.options)
    if (writer.inbox / source).exists():
        writer.text("old downloads/ramp_transactions (1).csv", writer.read(source))
        rows = next(file.rows_read for file in writer.written if file.path == source)
        writer.note(
            "old downloads/ramp_transactions (1).csv", "Ramp transactions CSV", rows, state="duplicate"
        )


def write_broken(writer: Writer) -> None:
    """Ten good sign-ins (all also in the portal's files), two malformed lines, one impossible time."""
    path = "entra/graph/signIns_broken.ndjson"
    recent = f"day >= DATE '{writer.options.day(0.93)}' AND error_code = 0 AND person_no IS NOT NULL"
    rows = writer.ndjson(path, "", f"FROM ({graph_sign_in(recent)}) LIMIT 10")
    writer.written.pop()
    lines = writer.read(path).splitlines()
    malformed = [lines[0][: len(lines[0]) // 2], "<html><body>502 Bad Gateway</body></html>"]
    moment = lines[1].split('"createdDateTime":"')[1][:20]
    identifier = lines[1].split('"id":"')[1][:36]
    impossible = (
        lines[1]
        .replace(moment, "2026-02-30T25:61:00Z")
        .replace(identifier, "00000000-0000-4000-a000-000000000001")
    )
    lines[3:3] = malformed[:1]
    lines[7:7] = [malformed[1], impossible]
    writer.text(path, "\n".join(lines) + "\n")
    writer.note(path, "Entra sign-ins, Graph NDJSON", rows + 3, quarantined=3)


def write_cut_off(writer: Writer) -> None:
    """Repeat the last rows of the New Expensify export, cut off in the middle of the last row."""
    path = "expenses/new expensify/expenses_export_partial.csv"
    lines = writer.read("expenses/new expensify/expenses_export.csv").splitlines()
    kept = lines[1:9]
    writer.text(path, "\n".join([NEW_EXPENSIFY_HEADER, *kept, ",".join(lines[9].split(",")[:2])[:-3]]))
    writer.note(path, "New Expensify CSV", len(kept) + 1, quarantined=1)


def write_zipped(writer: Writer) -> None:
    """Two CSV files in one archive: a few Ramp rows that stand in the whole file too, and an app list."""
    rows = writer.read(ramp_path(writer.options)).splitlines()[1:6]
    roster = writer.connection.execute(
        "SELECT app, listed_email, status, role, strftime(last_active_on, '%Y-%m-%d') FROM listed "
        "WHERE app = 'Miro' ORDER BY listed_email LIMIT 6"
    ).fetchall()
    listed = [",".join(value or "" for value in row) for row in roster]
    writer.zip(
        "misc/september.zip",
        {
            "ramp_september.csv": "\n".join([RAMP_HEADER, *rows]) + "\n",
            "miro_users.csv": "\n".join(["App,Email,Status,Role,Last active", *listed]) + "\n",
        },
    )
    writer.note("misc/september.zip", "Ramp transactions CSV", len(rows), member="ramp_september.csv")
    writer.note("misc/september.zip", "generic app user list CSV", len(listed), member="miro_users.csv")
