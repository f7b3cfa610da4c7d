"""action_look_up_card: the state of the citizen's social-security card (社会保障卡)."""

from __future__ import annotations

from datetime import date, timedelta

from actions.knowledge.answers import Knowledge
from actions.record.asking import Service, ask, begin, place_name, silent_regions
from actions.record.pointing import with_basis
from actions.record.tables import iso, table
from actions.registries import entries
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

SERVICE = Service("cards")
TROUBLE = {
    "lost": "utter_card_lost",
    "expired": "utter_card_expired",
    "blocked": "utter_card_blocked",
}
SOON = timedelta(days=90)


class LookUpCard(CitizenAction):
    """Shows the card's state, or the way to sign in."""

    action = "action_look_up_card"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Each card and what there is to do."""
        return await look_up(self._parts, turn)


async def look_up(parts: Parts, turn: Turn) -> list[Reply]:
    """Ask, keep, tell."""
    asking = await begin(parts, turn, SERVICE)
    question = parts.registries.cards(asking.subject.id_number, asking.regions)
    found = await ask(asking, {SERVICE.name: question})
    knowledge = asking.knowledge
    said = [sentence(one, knowledge, parts.today()) for one in found.entries(SERVICE.name)]
    if not said:
        said = [Reply("utter_card_none", {}, None, {"pending": None})]
    return [*with_basis(said, knowledge), *silent_regions(found, knowledge)]


def sentence(card: entries.Card, knowledge: Knowledge, today: date) -> Reply:
    """One card in words."""
    phrases = knowledge.phrases
    values = {
        "place": place_name(card.region, knowledge),
        "bank": card.bank,
        "valid_to": phrases.day(card.valid_to),
    }
    row = (values["place"], phrases.word("card_states", card.status), card.bank, iso(card.valid_to))
    shown = table("card", ("place", "status", "bank", "valid_to"), [row], knowledge)
    return Reply(_response(card, today), values, shown, {"pending": None})


def _response(card: entries.Card, today: date) -> str:
    """A card can be called good by an office although its day is over."""
    if card.status == "issued" and card.valid_to < today:
        return "utter_card_expired"
    if card.status != "issued":
        return TROUBLE[card.status]
    if card.valid_to < today + SOON:
        return "utter_card_expires_soon"
    return "utter_card_issued" if card.bank_active else "utter_card_bank_inactive"
