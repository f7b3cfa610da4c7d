"""action_look_up_unemployment: months of unemployment benefit (失业保险金), drawn and left."""

from __future__ import annotations

from collections.abc import Sequence

from actions.knowledge.answers import Knowledge
from actions.knowledge.retirement_rules import Month
from actions.record.asking import Service, ask, begin, place_name, silent_regions
from actions.record.pointing import with_basis
from actions.record.tables import money, table
from actions.registries.entries import UnemploymentClaim
from actions.talk.cards import Card
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

SERVICE = Service("unemployment")
RESPONSES = {
    "drawing": "utter_unemployment_drawing",
    "paused": "utter_unemployment_paused",
    "used_up": "utter_unemployment_used_up",
    "ended": "utter_unemployment_ended",
}


class LookUpUnemployment(CitizenAction):
    """Shows the claims, or the way to sign in."""

    action = "action_look_up_unemployment"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Each claim: drawn, left, until when."""
        return await look_up(self._parts, turn)


async def look_up(parts: Parts, turn: Turn) -> list[Reply]:
    """Ask, keep, tell."""
    asking = await begin(parts, turn, SERVICE)
    question = parts.registries.unemployment(asking.subject.id_number, asking.regions)
    found = await ask(asking, {SERVICE.name: question})
    knowledge, known = asking.knowledge, found.entries(SERVICE.name)
    said = [sentence(one, knowledge) for one in known]
    if not said:
        said = [Reply("utter_unemployment_none", {}, None, {"pending": None})]
    else:
        said[0] = Reply(
            said[0].response, said[0].values, _card(known, knowledge), {"pending": None}
        )
    return [*with_basis(said, knowledge), *silent_regions(found, knowledge)]


def sentence(claim: UnemploymentClaim, knowledge: Knowledge) -> Reply:
    """One claim in words."""
    phrases = knowledge.phrases
    return Reply(
        RESPONSES[claim.status],
        {
            "place": place_name(claim.region, knowledge),
            "start": phrases.month(Month.read(claim.first)),
            "entitled": str(claim.entitled),
            "drawn": str(claim.drawn),
            "left": str(claim.left),
            "monthly": money(claim.monthly_amount),
            "until": phrases.month(Month.read(claim.until)),
        },
    )


def _card(known: Sequence[UnemploymentClaim], knowledge: Knowledge) -> Card:
    rows = (
        (
            place_name(one.region, knowledge),
            str(one.entitled),
            str(one.drawn),
            str(one.left),
            money(one.monthly_amount),
            one.until,
        )
        for one in known
    )
    columns = ("place", "entitled", "drawn", "left", "amount", "until")
    return table("unemployment", columns, rows, knowledge)
