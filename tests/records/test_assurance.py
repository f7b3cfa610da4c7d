"""Levels and freshness: what passes, and what is refused by which name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from records.own import assurance
from records.own.assurance import CARD, CODE, FACE, LADDER, LINKED, TAKE_AWAY, VIEW, Needs

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("level", LADDER)
@pytest.mark.parametrize("needed", LADDER)
def test_a_level_gives_what_lies_at_or_below_it(level: str, needed: str) -> None:
    needs = Needs(needed, timedelta(minutes=5))
    if LADDER.index(level) >= LADDER.index(needed):
        assurance.check(level, NOW, needs, NOW, LADDER)
    else:
        with pytest.raises(assurance.TooLow):
            assurance.check(level, NOW, needs, NOW, LADDER)


@pytest.mark.parametrize("level", ["", "urn:wenbao:acr:loa5", "loa3", CARD + " ", CARD.upper()])
def test_an_unknown_level_gives_nothing(level: str) -> None:
    for needed in LADDER:
        with pytest.raises(assurance.TooLow):
            assurance.check(level, NOW, Needs(needed, timedelta(hours=1)), NOW, LADDER)


@pytest.mark.parametrize(
    ("seconds", "passes"), [(0, True), (300, True), (301, False), (-60, False)]
)
def test_a_sign_in_grows_old_and_never_comes_from_the_future(seconds: int, passes: bool) -> None:
    at = NOW - timedelta(seconds=seconds)
    if passes:
        assurance.check(FACE, at, TAKE_AWAY, NOW, LADDER)
    else:
        with pytest.raises(assurance.TooLongAgo):
            assurance.check(FACE, at, TAKE_AWAY, NOW, LADDER)


def test_where_the_needed_level_is_on_no_rung_nobody_passes() -> None:
    for level in LADDER:
        with pytest.raises(assurance.TooLow):
            assurance.check(level, NOW, TAKE_AWAY, NOW, ("eid:low", "eid:high"))


def test_the_acts_need_what_is_written() -> None:
    assert (VIEW.level, VIEW.fresh) == (CODE, timedelta(minutes=10))
    assert (TAKE_AWAY.level, TAKE_AWAY.fresh) == (CARD, timedelta(minutes=5))
    assert assurance.rank(LINKED) < assurance.rank(VIEW.level)
