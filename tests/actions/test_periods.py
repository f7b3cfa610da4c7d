"""The period in the engine's spelling; today is 2026-11-24."""

from __future__ import annotations

from datetime import date

import pytest

from actions.record.periods import read_period

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("written", ["2025-01/2025-12", "2026-11/2026-11"])
def test_a_period_is_read_and_written_alike(written: str) -> None:
    assert str(read_period(written, TODAY)) == written


def test_it_never_reaches_beyond_this_month() -> None:
    assert str(read_period("2026-01/2026-12", TODAY)) == "2026-01/2026-11"


@pytest.mark.parametrize(
    "written",
    [None, "", "x", "2023-03", "2023-13/2023-14", "2023-05/2023-03", "2027-01/2027-12", "/"],
)
def test_what_is_none_names_none(written: str | None) -> None:
    assert read_period(written, TODAY) is None
