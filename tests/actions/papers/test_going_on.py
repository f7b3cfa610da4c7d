"""What was interrupted by a sign-in, a step-up or the question for consent goes on by itself."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from actions.access.authorise import GIVE
from actions.exchange.cards import fill_payload
from actions.talk.parts import Parts
from records.exchange import cases
from tests.actions.conftest import keep_shown, open_talk
from tests.actions.papers.conftest import Person, SignInAs
from tests.actions.stage import Said, Stage
from tests.sandbox.running import RunningRegistry

MOVE = {
    "insurance": "pension",
    "from_region": "440000",
    "to_region": "310000",
    "enrolled_since": "2019-02-01",
}
AGREE = "action_agree_to_look_ups"
# Whatever asks for a sign-in, and the response that shows that it went on.
ASKED: dict[str, tuple[str, str]] = {
    "contributions": ("action_look_up_contributions", "utter_contributions"),
    "enrolments": ("action_look_up_enrolment", "utter_enrolment"),
    "accounts": ("action_look_up_accounts", "utter_accounts"),
    "benefits": ("action_look_up_benefits", "utter_benefits_none"),
    "unemployment": ("action_look_up_unemployment", "utter_unemployment_none"),
    "transfers": ("action_look_up_transfers", "utter_transfer"),
    "cards": ("action_look_up_card", "utter_card"),
    "injury": ("action_look_up_injury", "utter_injury"),
    "checkup": ("action_check_record", "utter_check"),
    "certificate": ("action_get_certificate", "utter_certificate"),
    "export_my_data": ("action_export_my_data", "utter_export"),
    "erase_my_data": ("action_erase_my_data", "utter_ask_erase"),
    "coverage_certificate": ("action_apply_coverage_certificate", "utter_coverage_form"),
    "pension_transfer": ("action_apply_pension_transfer", "utter_transfer_form"),
    "exchange_status": ("action_exchange_status", "utter_transfer"),
    "authorise_other": ("action_authorise_other", "utter_authorise_form"),
    "show_authorisations": ("action_show_authorisations", "utter_authorisations_none"),
    "look_up_for_other": ("action_look_up_for_other", "utter_not_authorised"),
    "register_phone": ("action_register_phone", "utter_register_phone"),
}
SURER = {"certificate", "export_my_data", "erase_my_data", "coverage_certificate"}
SURER |= {"pension_transfer", "authorise_other", "register_phone"}
# What asks for consent before anything else.
NEED_CONSENT = list(ASKED)[:10]
Anew = Callable[[], Awaitable[None]]
FIRST = {"utter_sign_in_first", "utter_sign_in_again", "utter_sign_in_higher"}


@pytest.fixture
def anew(stage: Stage, parts: Parts) -> Anew:
    """Begins another conversation with the same server: starting one takes longer than a case."""

    async def begin() -> None:
        stage.conversation, stage.slots = str(uuid.uuid4()), {}
        async with parts.database.begin() as db:
            await open_talk(db, stage)

    return begin


async def signed_in(stage: Stage) -> Said:
    return await stage.play("action_signed_in", "signed_in")


async def test_what_nobody_was_signed_in_for_comes_after_the_sign_in(
    stage: Stage, sign_in_as: SignInAs, anew: Anew
) -> None:
    for pending, (action, response) in ASKED.items():
        await anew()
        first = await stage.play(action, "x")
        assert first.responses[0] == "utter_sign_in_first", pending
        # One sign-in is enough: where a surer one is needed, that is asked for at once.
        surer = first.card("sign_in")["reason"] == "step_up"
        assert surer == (pending in SURER), pending
        assert stage.slots["pending"] == pending
        await sign_in_as("wangfang")
        said = await signed_in(stage)
        assert said.responses[0] == "utter_signed_in"
        assert said.responses[1].startswith(response), (pending, said.responses)


@pytest.mark.parametrize(
    ("before", "fewest"),
    [({"level": "loa2"}, 7), ({"ago": 11 * 60}, len(ASKED))],
    ids=["too low", "too long ago"],
)
async def test_what_needs_more_comes_after_the_step_up(
    stage: Stage, sign_in_as: SignInAs, anew: Anew, before: dict[str, Any], fewest: int
) -> None:
    interrupted = []
    for pending, (action, response) in ASKED.items():
        await anew()
        await sign_in_as("wangfang", **before)
        first = await stage.play(action, "x")
        if first.responses[0] not in FIRST:
            assert first.responses[0].startswith(response), (pending, first.responses)
            continue
        interrupted.append(pending)
        await sign_in_as("wangfang")
        said = await signed_in(stage)
        assert said.responses[1].startswith(response), (pending, said.responses)
    assert len(interrupted) >= fewest, interrupted


async def test_what_needs_consent_comes_after_the_consent(
    stage: Stage, parts: Parts, sign_in_as: SignInAs, anew: Anew
) -> None:
    for pending in NEED_CONSENT:
        action, response = ASKED[pending]
        await anew()
        await sign_in_as("wangfang", consent=False)
        asked = await stage.play(action, "x")
        assert asked.responses == ["utter_ask_consent"], pending
        await keep_shown(parts, stage, asked)
        said = await stage.play(AGREE, "agree_to_look_ups")
        assert said.responses[0].startswith(response), (pending, said.responses)


async def test_a_form_that_was_filled_in_is_not_filled_in_twice(
    stage: Stage, sign_in_as: SignInAs
) -> None:
    person = await sign_in_as("douyue", ago=6 * 60)
    first = await person.fill(fill_payload("pension_transfer"), **MOVE)
    assert first.responses[0] in FIRST
    await sign_in_as("douyue")
    said = await signed_in(stage)
    assert said.responses == ["utter_signed_in", "utter_exchange_review"]
    assert dict(said.card("table")["rows"])["从哪里转出"] == "广东省"
    assert stage.slots["pending"] is None


async def test_a_consent_in_between_does_not_lose_the_form(
    stage: Stage, parts: Parts, sign_in_as: SignInAs
) -> None:
    person = await sign_in_as("douyue", consent=False)
    asked = await person.fill(fill_payload("pension_transfer"), **MOVE)
    assert asked.responses == ["utter_ask_consent"]
    await keep_shown(parts, stage, asked)
    said = await stage.play(AGREE, "agree_to_look_ups")
    assert said.responses == ["utter_exchange_review"]


async def test_a_confirmation_goes_on_after_the_step_up_and_nothing_else_takes_it(
    stage: Stage, sign_in_as: SignInAs
) -> None:
    person = await sign_in_as("douyue")
    await person.fill(fill_payload("pension_transfer"), **MOVE)
    case = await _case(person)
    await sign_in_as("douyue", ago=6 * 60)
    assert (await person.step(f"confirm:{case.id}")).responses[0] in FIRST
    # Words in between are no confirmation.
    await stage.play("action_continue", "inform", entities={"insurance": "pension"})
    assert (await _case(person)).state == "draft"
    await sign_in_as("douyue")
    said = await signed_in(stage)
    assert said.responses == ["utter_signed_in", "utter_exchange_queued"]
    assert (await _case(person)).state == "queued"
    assert (await signed_in(stage)).responses == ["utter_signed_in"]


async def test_an_authorisation_that_was_filled_in_is_given_after_the_step_up(
    stage: Stage, sign_in_as: SignInAs, sandbox: RunningRegistry
) -> None:
    person = await sign_in_as("douyue", ago=6 * 60)
    fields = {"name": "王芳", "id_number": sandbox.number("wangfang")}
    await person.keep(GIVE, **fields, scope="benefits", days="30")
    first = await stage.play("action_give_authorisation", "give_authorisation")
    assert first.responses[0] in FIRST
    await sign_in_as("douyue")
    said = await signed_in(stage)
    assert said.responses == ["utter_signed_in", "utter_authorised"]
    assert (await signed_in(stage)).responses == ["utter_signed_in"]


async def _case(person: Person) -> cases.Case:
    async with person.parts.database.connect() as db:
        return (await cases.of_citizen(db, person.parts.vault_key, person.who))[0]


async def given(parts: Parts) -> int:
    """How many consents stand in the records."""
    async with parts.database.connect() as db:
        return int((await db.execute(text("SELECT count(*) FROM consents"))).scalar_one())


async def test_a_yes_to_nothing_that_was_asked_is_no_consent(
    stage: Stage, parts: Parts, sign_in_as: SignInAs, sandbox: RunningRegistry
) -> None:
    await sign_in_as("wangfang", consent=False)
    asked = await stage.play("action_look_up_contributions", "x")
    other = await stage.play("action_sign_in", "sign_in")
    for shown in ([], [asked, other]):  # never asked; something else was said since
        for said in shown:
            await keep_shown(parts, stage, said)
        asked = await stage.play(AGREE, "agree_to_look_ups")
        assert asked.responses == ["utter_ask_consent"]
        assert await given(parts) == 0
        async with parts.database.connect() as db:
            acts = (await db.execute(text("SELECT act FROM audit_entries"))).scalars().all()
            looked = (await db.execute(text("SELECT count(*) FROM lookups"))).scalar_one()
        assert ("consent" in acts, looked) == (False, 0)
    # To the question it is one, and what waited meanwhile goes on.
    await keep_shown(parts, stage, asked)
    said = await stage.play(AGREE, "agree_to_look_ups")
    assert said.responses[0] == "utter_contributions"
    assert await given(parts) == 1
    await keep_shown(parts, stage, said)
    again = await stage.play(AGREE, "agree_to_look_ups")
    assert again.responses == ["utter_consent_noted"]
    assert await given(parts) == 1
