"""Access for someone else (子女代查), from the side of who looks: whose record, and which part."""

from __future__ import annotations

from uuid import UUID

from actions.look_ups.own_record import LOOK_UPS
from actions.record.asking import assured, transaction
from actions.record.refusals import NotAuthorised
from actions.talk import cards
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records.own import authorisations
from records.own.assurance import VIEW
from records.own.authorisations import Authorisation
from records.privacy.display import masked_name
from records.vault import blind

FOR_OTHER = "look_up_for_other"


class LookUpForOther(CitizenAction):
    """Offers what others let this citizen see."""

    action = "action_look_up_for_other"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """One choice for each person and part."""
        return await offer(self._parts, turn)


async def offer(parts: Parts, turn: Turn) -> list[Reply]:
    """The choices; who has none is told how one comes by it."""
    held = await _held(parts, turn)
    if not held:
        raise NotAuthorised
    words = (await parts.shelf.now()).phrases.words["authorisation"]
    choices = [
        cards.choice(
            words["look"].format(name=masked_name(one.name), what=words["services"][service]),
            "look_up_for",
            authorisation=f"{one.id}/{service}",
        )
        for one in held
        for service in one.services
        if service in LOOK_UPS
    ]
    return [Reply("utter_for_other", {}, cards.choices(choices), {"pending": None})]


class LookUpFor(CitizenAction):
    """Looks at the part that was chosen."""

    action = "action_look_up_for"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Whose record it is, then the record."""
        number, _, service = turn.entities.get("authorisation", "").partition("/")
        held = {str(one.id): one for one in await _held(self._parts, turn)}
        one = held.get(_plain(number))
        if one is None or service not in one.services or service not in LOOK_UPS:
            raise NotAuthorised
        told = await LOOK_UPS[service](self._parts, turn)
        return [Reply("utter_looked_for", {"name": masked_name(one.name)}), *told]


async def _held(parts: Parts, turn: Turn) -> list[Authorisation]:
    citizen = await assured(parts, turn, VIEW, FOR_OTHER)
    index = blind(parts.index_key, authorisations.DELEGATE, citizen.id_number)
    async with transaction(parts) as db:
        return await authorisations.held(db, parts.vault_key, index, parts.now())


def _plain(number: str) -> str:
    try:
        return str(UUID(number))
    except ValueError:
        return ""
