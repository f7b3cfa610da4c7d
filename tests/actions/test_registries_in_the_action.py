"""The own record, looked up by the running action server in the running sandbox registry."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import text

from actions.registries.client import Registries
from actions.talk.parts import Parts
from tests.actions.conftest import SignIn
from tests.actions.stage import Stage
from tests.actions.test_contributions import told
from tests.sandbox.running import RunningRegistry

LOOK_UP = "action_look_up_contributions"


@pytest.fixture
async def real(
    serve: Callable[[Parts], Awaitable[httpx.AsyncClient]],
    parts: Parts,
    client: Registries,
    stage: Stage,
) -> Stage:
    """The conversation of `stage`, with a server whose client is the real one."""
    http = await serve(dataclasses.replace(parts, registries=client))
    return Stage(http, stage.clock, stage.conversation)


async def test_a_record_over_two_regions(
    real: Stage, sandbox: RunningRegistry, sign_in: SignIn, parts: Parts
) -> None:
    await sign_in(sandbox.number("liuyang"), sandbox.people["liuyang"].name)
    said = await real.play(LOOK_UP, "look_up_contributions")
    card = said.card("contributions")
    assert (card["months_total"], card["paid_to"]) == (136, "2026-10")
    assert [one["month"] for one in card["overlaps"]] == [f"2023-{n:02d}" for n in range(4, 11)]
    assert [one["status"] for one in card["regions"]] == ["answered", "answered", "none"]
    async with parts.database.connect() as db:
        rows = await db.execute(
            text("""
                SELECT outcome FROM lookups
                WHERE conversation = :id AND service = 'contributions' ORDER BY id
            """),
            {"id": uuid.UUID(real.conversation)},
        )
        assert [one.outcome for one in rows] == ["found", "found", "unknown_person"]


@pytest.mark.parametrize(
    ("login", "responses"),
    [
        ("wangfang", ["utter_contributions"]),
        ("liqiang", ["utter_contributions", "utter_contributions_gaps"]),
        ("zhangwei", ["utter_contributions", "utter_contributions_many_gaps"]),
        ("zhengtao", ["utter_contributions", "utter_contributions_owed"]),
        ("panyu", ["utter_contributions"]),
        (
            "yunshan",
            ["utter_contributions", "utter_contributions_deemed", "utter_contributions_gaps"],
        ),
        ("fanbing", ["utter_contributions_none"]),
        ("shenxiulan", ["utter_contributions"]),
        ("bainan", ["utter_nobody_knows"]),
    ],
)
async def test_each_is_told_what_is_special(
    real: Stage, sandbox: RunningRegistry, sign_in: SignIn, login: str, responses: list[str]
) -> None:
    await sign_in(sandbox.number(login), sandbox.people[login].name)
    said = await real.play(LOOK_UP, "look_up_contributions")
    assert told(said) == responses


async def test_a_resident_pays_for_whole_years(
    real: Stage, sandbox: RunningRegistry, sign_in: SignIn
) -> None:
    await sign_in(sandbox.number("shenxiulan"), sandbox.people["shenxiulan"].name)
    asked = {"insurance": "resident_pension"}
    said = await real.play(LOOK_UP, "look_up_contributions", entities=asked)
    assert told(said) == ["utter_contributions"]
    assert said.card("contributions")["months_total"] == 14 * 12


async def test_a_region_that_is_away_is_named_and_the_rest_is_told(
    real: Stage, sandbox: RunningRegistry, sign_in: SignIn
) -> None:
    await sign_in(sandbox.number("douyue"), sandbox.people["douyue"].name)
    sandbox.order("440000", "broken")
    said = await real.play(LOOK_UP, "look_up_contributions")
    assert said.responses[-1] == "utter_contributions_silent"
    assert said.card("contributions")["months_total"] == 93 + 66


async def test_who_is_not_signed_in_makes_no_registry_be_asked(
    real: Stage, sandbox: RunningRegistry
) -> None:
    said = await real.play(LOOK_UP, "look_up_contributions")
    assert said.responses == ["utter_sign_in_first"]
    assert sandbox.heard() == []
