"""action_look_up_accounts: the balances of the citizen's personal accounts (个人账户)."""

from __future__ import annotations

from collections.abc import Sequence

from actions.knowledge.answers import Knowledge
from actions.record.asking import Service, ask, begin, place_name, silent_regions
from actions.record.tables import iso, money, table
from actions.registries.entries import Account
from actions.talk.cards import Card
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

SERVICE = Service("accounts")


class LookUpAccounts(CitizenAction):
    """Shows the balances, or the way to sign in."""

    action = "action_look_up_accounts"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Every account, or those of the insurance that was named."""
        return await look_up(self._parts, turn)


async def look_up(parts: Parts, turn: Turn) -> list[Reply]:
    """Ask, keep, tell."""
    insurance = turn.entities.get("insurance")
    if insurance is None and turn.pending == SERVICE.name:
        insurance = turn.slots.get("insurance")
    asking = await begin(parts, turn, SERVICE, insurance=insurance)
    question = parts.registries.accounts(asking.subject.id_number, asking.regions)
    found = await ask(asking, {SERVICE.name: question})
    known = found.entries(SERVICE.name)
    wanted = [one for one in known if one.insurance == insurance] or list(known)
    return [_first(wanted, asking.knowledge), *silent_regions(found, asking.knowledge)]


def _first(wanted: Sequence[Account], knowledge: Knowledge) -> Reply:
    if not wanted:
        return Reply("utter_accounts_none", {}, None, {"pending": None})
    phrases = knowledge.phrases
    written: str = phrases.words["record"]["lines"]["account"]
    lines = phrases.listed(
        written.format(
            place=place_name(one.region, knowledge),
            insurance_name=phrases.word("insurances", one.insurance),
            balance=money(one.balance),
            day=phrases.day(one.as_of),
        )
        for one in wanted
    )
    return Reply("utter_accounts", {"lines": lines}, _card(wanted, knowledge), {"pending": None})


def _card(wanted: Sequence[Account], knowledge: Knowledge) -> Card:
    rows = (
        (
            place_name(one.region, knowledge),
            knowledge.phrases.word("insurances", one.insurance),
            money(one.balance),
            iso(one.as_of),
        )
        for one in wanted
    )
    return table("accounts", ("place", "insurance", "balance", "as_of"), rows, knowledge)
