from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from discovery.errors import BadUse, DiscoveryError, StoreLocked
from pipelines.metadata import HIDDEN, rows_shown
from pipelines.wording import refused_in_words


def shown(**row: Any) -> dict[str, Any]:
    return dict(rows_shown([row]).records[0].data)


def test_only_what_no_table_calls_personal_is_shown() -> None:
    row = shown(
        person_id="p", email="ada@example.com", display_name="Ada Byron", content="ada,1", app_name="Miro"
    )
    assert row == {
        "person_id": "p",
        "email": HIDDEN,
        "display_name": HIDDEN,
        "content": HIDDEN,
        "app_name": "Miro",
    }


def test_a_name_that_no_table_declares_shows_numbers_and_no_text() -> None:
    assert shown(who="Ada Byron", whos=["Ada"]) == {"who": HIDDEN, "whos": HIDDEN}
    assert shown(total=3, newest=date(2026, 9, 30), none=None) == {
        "total": "3",
        "newest": "2026-09-30",
        "none": "",
    }


def test_an_address_within_a_text_is_replaced() -> None:
    assert shown(action="Ask ada@example.com")["action"] == "Ask (address)"


def test_a_merchant_text_is_not_shown_as_a_mention() -> None:
    assert shown(kind="merchant", mention="PAYPAL *ADA BYRON")["mention"] == "(merchant text)"
    assert shown(kind="domain", mention="miro.com")["mention"] == "miro.com"


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (StoreLocked("held by process 7"), StoreLocked, "held by process 7"),
        (BadUse("no 'Ada Byron' here"), BadUse, "no (value) here"),
        (
            PermissionError(13, "denied", "/inbox/history_ada@example.com.csv"),
            DiscoveryError,
            "PermissionError",
        ),
    ],
)
def test_what_keeps_a_night_from_opening_is_told_without_personal_data(
    fault: Exception, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind) as told, refused_in_words():
        raise fault
    assert said in str(told.value)
    assert "ada" not in str(told.value).lower()
