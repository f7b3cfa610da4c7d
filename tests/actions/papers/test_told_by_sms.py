"""News of a matter is told by SMS to who wanted that; wanting and stopping need a sign-in."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text

from actions.courier.desk import Desk
from actions.courier.sending import send_next
from actions.talk.parts import Parts
from records.delivery import accounts, links, threads
from records.delivery.accounts import Account
from records.delivery.links import Link
from tests.actions.papers.conftest import Person, SignInAs
from tests.actions.papers.test_exchange import sent
from tests.actions.stage import Stage

pytestmark = pytest.mark.usefixtures("silent")
PHONE = "13800001234"


async def wants_notices(parts: Parts, person: Person) -> uuid.UUID:
    """As the gateway keeps it once the code was right; the telephone's own conversation."""
    key, now = parts.vault_key, parts.now()
    account = f"texts-{uuid.uuid4().hex[:8]}"
    index = threads.index_of(parts.index_key, account, PHONE)
    async with parts.database.begin() as db:
        site = (await db.execute(text("SELECT key FROM sites LIMIT 1"))).scalar_one()
        made = Account(account, "sms", "短信", site, {"template": "news"}, {})
        await accounts.add(db, key, made, now)
    assert await threads.open_one(parts.database, key, account, PHONE, index, now)
    async with parts.database.begin() as db:
        await links.keep(db, key, account, index, Link(person.who, "豆月", "loa3", now), now)
        thread = await threads.active(db, key, account, index)
    assert thread is not None
    return thread.conversation


async def waiting(parts: Parts, conversation: uuid.UUID) -> list[str]:
    """What is on its way to the telephone."""
    async with parts.database.connect() as db:
        found = await db.execute(
            text("""
                SELECT text FROM deliveries JOIN events USING (conversation, seq)
                WHERE conversation = :conversation AND state = 'waiting'
            """),
            {"conversation": conversation},
        )
        return [row.text for row in found]


async def test_news_of_a_matter_goes_to_the_telephone_without_saying_what(
    sign_in_as: SignInAs, parts: Parts, desk: Desk
) -> None:
    person = await sign_in_as("douyue")
    telephone = await wants_notices(parts, person)
    await sent(person)
    assert await waiting(parts, telephone) == []
    await send_next(desk)
    assert set(await waiting(parts, telephone)) == {"您办的事有了新进展，请打开问保查看。"}


async def test_who_wants_none_any_more_is_told_nothing(
    sign_in_as: SignInAs, parts: Parts, desk: Desk
) -> None:
    person = await sign_in_as("douyue")
    telephone = await wants_notices(parts, person)
    said = await person.stage.play("action_stop_sms", "stop_sms")
    assert said.responses == ["utter_sms_stopped"]
    assert (await person.stage.play("action_stop_sms", "stop_sms")).responses == ["utter_no_sms"]
    await sent(person)
    await send_next(desk)
    assert await waiting(parts, telephone) == []


async def test_the_form_asks_for_a_telephone_and_goes_to_the_gateway(
    sign_in_as: SignInAs,
) -> None:
    person = await sign_in_as("douyue")
    said = await person.stage.play("action_notify_by_sms", "notify_by_sms")
    card = said.card("form")
    assert (card["submit"]["to"], card["submit"]["purpose"]) == ("codes", "notices")
    assert [field["name"] for field in card["fields"]] == ["phone"]


@pytest.mark.parametrize("action", ["action_notify_by_sms", "action_stop_sms"])
async def test_nobody_wants_or_stops_anything_for_somebody_else(
    stage: Stage, sign_in_as: SignInAs, action: str
) -> None:
    intent = action.removeprefix("action_")
    assert (await stage.play(action, intent)).responses == ["utter_sign_in_first"]
    person = await sign_in_as("douyue", level="loa2", ago=timedelta(hours=2).total_seconds())
    said = await person.stage.play(action, intent)
    assert set(said.responses) <= {"utter_sign_in_first", "utter_sign_in_again",
                                   "utter_sign_in_higher"}  # fmt: skip
