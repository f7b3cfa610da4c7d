"""Taking one's data away, and having it erased, in the chat."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from actions.privacy.action import words
from actions.talk.parts import Parts
from records import audit
from records.audit import CITIZENS
from records.files import downloads
from records.privacy import holdings
from tests.actions.papers.conftest import SignInAs
from tests.actions.stage import Stage
from tests.sandbox.running import RunningRegistry

EXPORT, ERASE, STEP = "action_export_my_data", "action_erase_my_data", "action_privacy_step"

# A message that was understood, drawn into the week's sample, and labelled.
QUESTION = (
    """
    INSERT INTO messages (id, conversation, delivery, fingerprint, seq, text, received_at)
    OVERRIDING SYSTEM VALUE VALUES (1, :id, 'd', 'x', 1, 'said', :now)
    """,
    """
    INSERT INTO understandings (message, conversation, at, decision, intent, answers, version)
    VALUES (1, :id, :now, 'answer', 'faq', '[]', 'v')
    """,
    """
    INSERT INTO sample_questions (message, conversation, week) VALUES (1, :id, '2026-11-23')
    """,
    """
    INSERT INTO labels (message, staff, conversation, label, at)
    VALUES (1, 'editor', :id, 'Q001', :now)
    """,
)


async def count(parts: Parts, table: str) -> int:
    async with parts.database.connect() as db:
        return int((await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # noqa: S608


async def test_the_file_has_everything_and_no_secret(
    stage: Stage, parts: Parts, sign_in_as: SignInAs, sandbox: RunningRegistry
) -> None:
    person = await sign_in_as("wangfang")
    await stage.play("action_get_certificate", "get_certificate")
    said = await stage.play(EXPORT, "export_my_data")
    assert said.responses == ["utter_export"]
    token = said.card("certificate")["url"].removeprefix("/downloads/")
    async with parts.database.connect() as db:
        file = await downloads.open_file(db, parts.vault_key, token, parts.now())
    assert file is not None
    assert (file.media_type, file.name) == ("application/json", "我在问保的数据-2026-11-24.json")
    told = json.loads(file.content)
    names = {one["name"] for one in told["sections"]}
    assert {"identities", "certificates", "lookups", "consents", "downloads"} <= names
    assert all(one["title"] != one["name"] for one in told["sections"])
    written = file.content.decode()
    assert person.id_number not in written
    assert "sealed" not in {key for one in told["sections"] for row in one["rows"] for key in row}
    async with parts.database.connect() as db:
        assert (await audit.of_actor(db, CITIZENS, person.who))[0].act == "export"


async def test_what_was_asked_and_how_it_was_judged_is_headed_in_chinese(
    stage: Stage, parts: Parts, sign_in_as: SignInAs
) -> None:
    await sign_in_as("wangfang")
    async with parts.database.begin() as db:
        for statement in QUESTION:
            await db.execute(text(statement), {"id": stage.conversation, "now": parts.now()})
    said = await stage.play(EXPORT, "export_my_data")
    token = said.card("certificate")["url"].removeprefix("/downloads/")
    async with parts.database.connect() as db:
        file = await downloads.open_file(db, parts.vault_key, token, parts.now())
    assert file is not None
    titles = {one["name"]: one["title"] for one in json.loads(file.content)["sections"]}
    assert {"understandings", "sample_questions", "labels"} <= titles.keys()
    assert not [title for name, title in titles.items() if title == name]


def test_every_section_that_an_export_can_have_has_a_title() -> None:
    subject = holdings.Subject("x", "y", (), b"i" * 32)
    tables = [*holdings.of_conversations(), *(one for one, _ in holdings.named_rows(subject))]
    named = {one.name for one in tables} | {holdings.audit_rows(subject)[0].name}
    assert named - set(words()["export"]["sections"]) == set()


async def test_signing_out_closes_the_links_to_the_files(
    stage: Stage, parts: Parts, sign_in_as: SignInAs
) -> None:
    await sign_in_as("wangfang")
    proof = await stage.play("action_get_certificate", "get_certificate")
    export = await stage.play(EXPORT, "export_my_data")
    tokens = [one.card("certificate")["url"].removeprefix("/downloads/") for one in (proof, export)]
    assert [await opens(parts, token) for token in tokens] == [True, True]
    assert (await stage.play("action_sign_out", "sign_out")).responses == ["utter_signed_out"]
    assert [await opens(parts, token) for token in tokens] == [False, False]
    assert await count(parts, "downloads") == 0


async def opens(parts: Parts, token: str) -> bool:
    async with parts.database.connect() as db:
        return await downloads.open_file(db, parts.vault_key, token, parts.now()) is not None


async def test_nothing_is_erased_before_it_is_confirmed(
    stage: Stage, parts: Parts, sign_in_as: SignInAs
) -> None:
    await sign_in_as("wangfang")
    said = await stage.play(ERASE, "erase_my_data")
    assert said.responses == ["utter_ask_erase"]
    payloads = [one["payload"] for one in said.card("choices")["choices"]]
    assert payloads == ['/privacy_step{"step": "erase"}', '/privacy_step{"step": "keep"}']
    kept = await stage.play(STEP, "privacy_step", entities={"step": "keep"})
    assert kept.responses == ["utter_not_erased"]
    assert await count(parts, "identities") == 1


async def test_erasing_leaves_a_receipt_and_nobody_signed_in(
    stage: Stage, parts: Parts, sign_in_as: SignInAs
) -> None:
    person = await sign_in_as("wangfang")
    await stage.play("action_get_certificate", "get_certificate")
    said = await stage.play(STEP, "privacy_step", entities={"step": "erase"})
    assert said.responses == ["utter_erased"]
    assert "删除编号20261124-" in said.text
    for table in ("identities", "certificates", "consents", "downloads", "exchange_cases"):
        assert await count(parts, table) == 0, table
    assert await count(parts, "erasure_receipts") == 1
    assert await count(parts, "erasures") == 1
    assert await count(parts, "conversations") == 1
    # The page that shows the conversation has to read it anew.
    assert await count(parts, "conversations WHERE rewritten = 1") == 1
    async with parts.database.connect() as db:
        owners = (await db.execute(text("SELECT DISTINCT citizen FROM lookups"))).scalars().all()
        assert owners == [person.who]
        assert (await audit.of_actor(db, CITIZENS, person.who))[0].act == "erase"
        assert await audit.verify(db, parts.audit_key, CITIZENS) == []
    again = await stage.play("action_get_certificate", "get_certificate")
    assert again.responses == ["utter_sign_in_first"]


@pytest.mark.parametrize(
    "sign_in", [None, {"level": "loa2"}, {"ago": 6 * 60}], ids=["nobody", "low", "stale"]
)
async def test_without_a_fresh_and_sure_sign_in_nothing_is_given_or_erased(
    stage: Stage, parts: Parts, sign_in_as: SignInAs, sign_in: dict[str, Any] | None
) -> None:
    if sign_in is not None:
        await sign_in_as("wangfang", **sign_in)
    for action, entities in ((EXPORT, {}), (ERASE, {}), (STEP, {"step": "erase"})):
        said = await stage.play(action, "x", entities=entities)
        assert said.responses[0].startswith("utter_sign_in"), action
    assert await count(parts, "downloads") == 0
    assert await count(parts, "erasure_receipts") == 0
    assert await count(parts, "identities") == (sign_in is not None)
