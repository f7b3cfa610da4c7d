"""action_export_my_data, action_erase_my_data, action_privacy_step: what PIPL 45 and 47 grant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.exc import SQLAlchemyError

from actions.record.asking import assured
from actions.talk import cards
from actions.talk.errors import LookupFailed
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records import audit
from records.audit import CITIZENS, Act, Fields
from records.files import downloads
from records.files.downloads import File
from records.own import assurance
from records.privacy.erasure import Receipt, erase
from records.privacy.export import gathered
from records.privacy.holdings import Subject, subject_of

EXPORT, ERASE = "export_my_data", "erase_my_data"  # what the slot `pending` holds
STEP = "privacy_step"
# Many conversations take a while; the engine gives an action six seconds.
SECONDS = 4.5
FILE = Path(__file__).resolve().parents[2] / "data/privacy/words.yml"


class ExportMyData(CitizenAction):
    """A file with everything that is kept of the citizen."""

    action = "action_export_my_data"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The file, behind a link that expires."""
        return await export_my_data(self._parts, turn)


class EraseMyData(CitizenAction):
    """Says what erasing means, and asks."""

    action = "action_erase_my_data"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Two choices."""
        return await ask_before_erasing(self._parts, turn)


class PrivacyStep(CitizenAction):
    """What was chosen."""

    action = "action_privacy_step"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Erased, or not."""
        if turn.entities.get("step") != "erase":
            return [Reply("utter_not_erased", {}, None, {"pending": None})]
        return await _erased(self._parts, turn)


async def export_my_data(parts: Parts, turn: Turn) -> list[Reply]:
    """Gather, put into a file, offer it, note that it was done."""
    citizen = await assured(parts, turn, assurance.TAKE_AWAY, EXPORT)
    now, said = parts.now(), words()["export"]
    day = parts.today().isoformat()
    try:
        async with asyncio.timeout(SECONDS), parts.database.begin() as db:
            subject = await subject_of(db, citizen.citizen, citizen.id_number, parts.index_key)
            sections = await gathered(db, parts.vault_key, subject)
            content = _written(sections, said, day)
            name = said["filename"].format(day=day)
            file = File(name, "application/json", content)
            offered = await downloads.offer(db, parts.vault_key, citizen.conversation, file, now)
            act = Act(subject.who, "export", "own", {"bytes": len(content)})
            await audit.append(db, parts.audit_key, CITIZENS, act, now)
    except (SQLAlchemyError, OSError, TimeoutError) as problem:
        raise LookupFailed from problem
    card = {
        "type": "certificate",
        "title": said["title"],
        "number": day,
        "url": f"/downloads/{offered.token}",
        "expires_at": offered.expires_at.isoformat(),
    }
    minutes = str(int(downloads.LIFE.total_seconds() // 60))
    return [Reply("utter_export", {"minutes": minutes}, card, {"pending": None})]


async def ask_before_erasing(parts: Parts, turn: Turn) -> list[Reply]:
    """Nobody erases by a slip of the tongue."""
    await assured(parts, turn, assurance.TAKE_AWAY, ERASE)
    offered = [cards.choice(title, STEP, step=name) for name, title in words()["offered"].items()]
    return [Reply("utter_ask_erase", {}, cards.choices(offered), {"pending": None})]


async def _erased(parts: Parts, turn: Turn) -> list[Reply]:
    citizen = await assured(parts, turn, assurance.TAKE_AWAY, ERASE)
    now = parts.now()
    try:
        async with asyncio.timeout(SECONDS), parts.database.begin() as db:
            subject: Subject = await subject_of(
                db, citizen.citizen, citizen.id_number, parts.index_key
            )
            receipt = await erase(db, subject, citizen.conversation, now)
            fields: Fields = {"receipt": receipt.number, "rows": sum(receipt.counts.values())}
            act = Act(subject.who, "erase", "own", fields)
            await audit.append(db, parts.audit_key, CITIZENS, act, now)
    except (SQLAlchemyError, OSError, TimeoutError) as problem:
        raise LookupFailed from problem
    return _told(receipt, parts)


def _told(receipt: Receipt, parts: Parts) -> list[Reply]:
    values = {
        "number": receipt.number,
        "day": parts.today().isoformat(),
        "rows": str(sum(receipt.counts.values())),
    }
    # What the engine still knows of this conversation goes, too: these slots first.
    gone = {"pending": None, "topic": None, "region": None, "insurance": None, "period": None}
    gone |= {"birth_month": None, "worker_category": None}
    replies = [Reply("utter_erased", values, None, gone)]
    if receipt.kept:
        replies.append(Reply("utter_erased_but_cases", {"many": str(receipt.kept)}))
    return replies


def _written(sections: Mapping[str, list[Any]], said: Mapping[str, Any], day: str) -> bytes:
    told = {
        "about": said["about"].format(day=day),
        "sections": [
            {"name": name, "title": said["sections"].get(name, name), "rows": rows}
            for name, rows in sections.items()
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, default=str).encode()


@cache
def words() -> Mapping[str, Any]:
    """What is said."""
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read
