"""Who is signed out while the registries are asked is shown nothing of what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from records import identities
from tests.actions.stand_in_registries import paid
from tests.actions.test_who_may_look import MINE, OWN, Desk, desk

__all__ = ["desk"]

LOOK_UPS = [action for name, action in OWN.items() if name != "signed_in"]


def is_signed_out_meanwhile(desk: Desk) -> None:
    """The provider signs the citizen out while the first question is on its way."""

    async def sign_out() -> None:
        async with desk.parts.database.begin() as db:
            await identities.sign_out_everywhere(db, f"sub-{MINE}", desk.stage.clock())

    desk.registries.months = paid("310000", "2026-01", 6)
    desk.registries.meanwhile = sign_out


async def left(desk: Desk) -> tuple[int, ...]:
    """Downloads and certificates; look-ups in the audit."""
    async with desk.parts.database.connect() as db:
        counted = await db.execute(
            text("""
                SELECT (SELECT count(*) FROM downloads), (SELECT count(*) FROM certificates),
                    (SELECT count(*) FROM audit_entries WHERE act = 'look_up')
            """)
        )
        return tuple(counted.one())


@pytest.mark.parametrize("action", LOOK_UPS)
async def test_nothing_of_the_record_is_said(desk: Desk, action: str) -> None:
    await desk.sign_in(MINE)
    is_signed_out_meanwhile(desk)
    said = await desk.stage.play(action, "look_up")
    assert said.responses == ["utter_signed_out_meanwhile"]
    assert [card["type"] for card in said.cards] == ["sign_in"]
    # That the registries were asked is kept.
    assert await left(desk) == (0, 0, 1)


async def test_who_has_just_signed_in_is_not_even_greeted(desk: Desk) -> None:
    desk.stage.slots["pending"] = "contributions"
    await desk.sign_in(MINE)
    is_signed_out_meanwhile(desk)
    said = await desk.stage.play("action_signed_in", "signed_in")
    assert said.responses == ["utter_signed_out_meanwhile"]
    assert said.slots["pending"] is None


async def test_a_form_is_not_filled_from_the_record(desk: Desk) -> None:
    await desk.sign_in(MINE)
    is_signed_out_meanwhile(desk)
    said = await desk.stage.play("action_estimate_pension", "estimate_pension")
    fields = {one["name"]: one.get("value") for one in said.card("form")["fields"]}
    assert (fields["months"], fields["birth"]) == (None, None)


async def test_who_is_signed_in_all_the_time_sees_it(desk: Desk) -> None:
    await desk.sign_in(MINE)
    is_signed_out_meanwhile(desk)

    async def only_time_passes() -> None:
        desk.stage.clock.now += timedelta(seconds=1)

    desk.registries.meanwhile = only_time_passes
    said = await desk.stage.play("action_look_up_contributions", "look_up")
    assert said.card("contributions")["months_total"] == 6
