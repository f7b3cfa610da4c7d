"""Every look-up for every synthetic citizen: what the explainer knows, said to whom it concerns."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import httpx
import pytest
import yaml
from sqlalchemy import text

from actions.knowledge.shelf import Shelf
from actions.record.asking import CONSENT_VERSION
from actions.registries.client import Registries
from actions.talk.parts import Parts
from records.identities import Identity, bind
from records.own import consents
from records.vault import reference
from sandbox.registry.books.people import Citizen
from tests.actions.conftest import KEY, SignIn, open_talk
from tests.actions.stage import ROOT, Said, Stage
from tests.sandbox.running import RunningRegistry

TABLE = Path(__file__).resolve().parent / "record_of_everybody.yml"
LOOK_UPS = {
    "contributions": "action_look_up_contributions",
    "enrolments": "action_look_up_enrolment",
    "accounts": "action_look_up_accounts",
    "benefits": "action_look_up_benefits",
    "unemployment": "action_look_up_unemployment",
    "transfers": "action_look_up_transfers",
    "card": "action_look_up_card",
    "injury": "action_look_up_injury",
    "checkup": "action_check_record",
}
EVERYBODY = [
    one["login"]
    for one in yaml.safe_load((ROOT / "sandbox/people.yml").read_text(encoding="utf-8"))["people"]
]
EXPECTED = yaml.safe_load(TABLE.read_text(encoding="utf-8"))


@pytest.fixture
async def real(
    serve: Callable[[Parts], Awaitable[httpx.AsyncClient]],
    parts: Parts,
    client: Registries,
    stage: Stage,
) -> Stage:
    """A conversation with the real knowledge and the real client."""
    ready = dataclasses.replace(
        parts, registries=client, shelf=Shelf(ROOT / "data/knowledge"), lookups_per_minute=1000
    )
    return Stage(await serve(ready), stage.clock, stage.conversation)


def short(said: Said) -> list[str]:
    return [one.removeprefix("utter_") for one in said.responses]


@pytest.mark.parametrize("day", ["2026-11-24", "2026-12-01", "2027-02-14"])
async def test_each_is_told_what_concerns_them(
    real: Stage, sandbox: RunningRegistry, parts: Parts, day: str
) -> None:
    """The sandbox's books go on with the calendar, so this holds on later days too."""
    real.clock.now = datetime.fromisoformat(f"{day}T02:00:00+00:00")
    sandbox.calendar.today = real.clock.now.date()
    heard = {}
    for login in EVERYBODY:
        person = sandbox.people[login]
        talk = Stage(real.http, real.clock)
        await signed_in(parts, talk, person)
        heard[login] = {}
        for name, action in LOOK_UPS.items():
            said = await talk.play(action, f"look_up_{name}")
            heard[login][name] = short(said)
            assert person.id_number not in said.text
            talk.slots.clear()
    assert heard == EXPECTED


@pytest.mark.parametrize(
    ("day", "response", "said"),
    [
        ("2026-11-26", "transfer_under_way", "还有1个工作日"),
        ("2026-11-27", "transfer_due", "最晚2026年11月27日办好"),
        ("2026-11-28", "transfer_due", "最晚2026年11月27日办好"),
        ("2026-11-29", "transfer_due", "最晚2026年11月27日办好"),
        ("2026-11-30", "transfer_overdue", "已经晚了1个工作日"),
    ],
)
async def test_a_weekend_behind_the_last_day_is_not_late(
    real: Stage, sandbox: RunningRegistry, parts: Parts, day: str, response: str, said: str
) -> None:
    """The step is due on a Friday."""
    real.clock.now = datetime.fromisoformat(f"{day}T02:00:00+00:00")
    talk = Stage(real.http, real.clock)
    await signed_in(parts, talk, sandbox.people["xuhui"])
    for action in ("action_look_up_transfers", "action_check_record"):
        told = await talk.play(action, "look_up_transfers")
        assert response in short(told)
        assert said in told.text
        assert "0个工作日" not in told.text


@pytest.mark.parametrize(
    ("day", "response", "said"),
    [
        ("2026-08-29", "injury_not_recognised", "大约2026年8月29日前"),
        ("2026-08-30", "injury_review_over", "大约到2026年12月30日为止"),
        ("2027-02-14", "injury_review_over", "大约到2026年12月30日为止"),
    ],
)
async def test_a_review_is_offered_until_its_last_day(
    real: Stage, sandbox: RunningRegistry, parts: Parts, day: str, response: str, said: str
) -> None:
    """Decided on 2026-06-30."""
    real.clock.now = datetime.fromisoformat(f"{day}T02:00:00+00:00")
    talk = Stage(real.http, real.clock)
    await signed_in(parts, talk, sandbox.people["huaxin"])
    for action in ("action_look_up_injury", "action_check_record"):
        told = await talk.play(action, "look_up_injury")
        assert response in short(told)
        assert said in told.text


async def signed_in(parts: Parts, talk: Stage, person: Citizen) -> None:
    """A conversation of this person, who agreed."""
    identity = Identity(
        uuid.UUID(talk.conversation),
        f"sub-{person.login}",
        person.name,
        person.id_number,
        "urn:wenbao:acr:loa2",
        talk.clock(),
    )
    who = reference(parts.index_key, identity.citizen)
    async with parts.database.begin() as db:
        await open_talk(db, talk)
        await bind(db, KEY, identity, talk.clock())
        await consents.give(
            db, who, consents.LOOK_UPS, CONSENT_VERSION, identity.conversation, talk.clock()
        )


async def test_every_finding_is_met_by_somebody() -> None:
    responses = yaml.safe_load((ROOT / "data/domain/record.yml").read_text(encoding="utf-8"))
    findings = {
        name.removeprefix("utter_")
        for name in responses["responses"]
        if name.startswith("utter_finding_")
    }
    met = {one for person in EXPECTED.values() for said in person.values() for one in said}
    # What no registry of ours says is tested by rule.
    assert findings - met == {
        "finding_before_sixteen",
        "finding_to_come",
        "finding_births_differ",
        "finding_medical_gap",
    }


async def test_defects_are_counted_for_the_registries_owners(
    real: Stage, sandbox: RunningRegistry, sign_in: SignIn, parts: Parts
) -> None:
    person = sandbox.people["zouwen"]
    await sign_in(person.id_number, person.name)
    for _ in range(3):
        await real.play("action_check_record", "check_record")
    async with parts.database.connect() as db:
        rows = await db.execute(
            text("SELECT region, kind, count(*) FROM data_findings GROUP BY 1, 2")
        )
        assert [tuple(row) for row in rows] == [("510000", "listed_twice", 1)]
