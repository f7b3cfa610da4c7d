"""Access for someone else (子女代查), from the side of the citizen concerned: give, see, revoke.

Only the citizen gives it, signed in surely and just now; to one person by ID number, for some
look-ups, for some days. What the other looked at is shown to the citizen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from actions.knowledge.answers import Knowledge
from actions.record.asking import assured, transaction
from actions.record.id_numbers import NotAnIdNumber, read_id_number
from actions.record.tables import table
from actions.talk import cards
from actions.talk.errors import Unanswerable
from actions.talk.guarded import CitizenAction
from actions.talk.parts import CHINA, Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records import audit
from records.files import filled_forms
from records.identities import Identity
from records.own import authorisations
from records.own.assurance import LET_OTHERS, VIEW
from records.own.authorisations import Authorisation, Grant
from records.privacy.display import masked_name
from records.vault import blind, reference

AUTHORISE, SHOW = "authorise_other", "show_authorisations"
GIVE = "/give_authorisation"
# What a choice of the form opens; nothing else can be looked at by somebody else.
SCOPES: Mapping[str, tuple[str, ...]] = {
    "benefits": ("benefits", "unemployment"),
    "contributions": ("contributions", "enrolments", "accounts"),
    "all": ("contributions", "enrolments", "accounts", "benefits", "unemployment")
    + ("transfers", "cards", "injury", "checkup"),
}
DAYS = ("7", "30", "90")
LONGEST_NAME = 30


class DelegateWrong(Unanswerable):
    """Name or ID number of the other cannot be true, or are the citizen's own."""

    response = "utter_authorise_wrong"


class AuthoriseOther(CitizenAction):
    """Shows the form."""

    action = "action_authorise_other"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Whom, what, how long."""
        return await ask_whom(self._parts, turn)


async def ask_whom(parts: Parts, turn: Turn) -> list[Reply]:
    """The form, for who is known surely enough."""
    await assured(parts, turn, LET_OTHERS, AUTHORISE)
    words = (await parts.shelf.now()).phrases.words["authorisation"]
    fields = [
        {"name": "name", "label": words["fields"]["name"], "kind": "text", "required": True},
        {"name": "id_number", "label": words["fields"]["id_number"], "kind": "text"}
        | {"required": True},
        _choice("scope", words["scopes"], "benefits", words),
        _choice("days", words["days"], "30", words),
    ]
    card = {
        "type": "form",
        "title": words["title"],
        "fields": fields,
        "submit": {"title": words["submit"], "payload": GIVE},
    }
    return [Reply("utter_authorise_form", {}, card, {"pending": None})]


def _choice(
    name: str, titles: Mapping[str, str], value: str, words: Mapping[str, Mapping[str, str]]
) -> dict[str, object]:
    return {
        "name": name,
        "label": words["fields"][name],
        "kind": "choice",
        "required": True,
        "value": value,
        "choices": [{"title": title, "value": str(one)} for one, title in titles.items()],
    }


class GiveAuthorisation(CitizenAction):
    """Keeps what the form says."""

    action = "action_give_authorisation"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """To whom and until when it holds."""
        return await give(self._parts, turn)


async def give(parts: Parts, turn: Turn) -> list[Reply]:
    """Keep what was filled in, also before a sign-in that was too old; else show the form."""
    citizen, now = await assured(parts, turn, LET_OTHERS, AUTHORISE), parts.now()
    knowledge = await parts.shelf.now()
    async with transaction(parts) as db:
        fields = await filled_forms.latest(db, parts.vault_key, citizen.conversation, GIVE)
        await filled_forms.forget(db, citizen.conversation, GIVE)
    if fields is None:
        return await ask_whom(parts, turn)
    number = _delegate(fields, citizen, parts)
    who = reference(parts.index_key, citizen.citizen)
    until = now + timedelta(days=int(fields["days"]))
    grant = Grant(
        who,
        citizen.name,
        citizen.id_number,
        fields["name"].strip(),
        SCOPES[fields["scope"]],
        until,
    )
    index = blind(parts.index_key, authorisations.DELEGATE, number)
    async with transaction(parts) as db:
        given = await authorisations.give(db, parts.vault_key, grant, index, now)
        act = audit.Act(who, "authorise", str(given), {"until": until.isoformat()})
        await audit.append(db, parts.audit_key, audit.CITIZENS, act, now)
    values = {
        "name": masked_name(grant.delegate),
        "until": knowledge.phrases.day(until.astimezone(CHINA).date()),
    }
    return [Reply("utter_authorised", values, None, {"pending": None})]


def _delegate(fields: Mapping[str, str], citizen: Identity, parts: Parts) -> str:
    """The other's ID number; never the citizen's own."""
    name = fields.get("name", "").strip()
    try:
        number = read_id_number(fields.get("id_number", ""), parts.today())
    except NotAnIdNumber as problem:
        raise DelegateWrong from problem
    known = fields.get("scope") in SCOPES and fields.get("days") in DAYS
    if number == citizen.id_number or not 0 < len(name) <= LONGEST_NAME or not known:
        raise DelegateWrong
    return number


class ShowAuthorisations(CitizenAction):
    """Shows who may look, and how often they did."""

    action = "action_show_authorisations"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """A table, and one tap to revoke each."""
        return await show(self._parts, turn)


async def show(parts: Parts, turn: Turn) -> list[Reply]:
    """Those that hold now."""
    citizen = await assured(parts, turn, VIEW, SHOW)
    knowledge, who = await parts.shelf.now(), reference(parts.index_key, citizen.citizen)
    async with transaction(parts) as db:
        held = await authorisations.given(db, parts.vault_key, who, parts.now())
    if not held:
        return [Reply("utter_authorisations_none", {}, None, {"pending": None})]
    return [Reply("utter_authorisations", {"many": str(len(held))}, _card(held, knowledge))]


def _card(held: list[Authorisation], knowledge: Knowledge) -> cards.Card:
    words = knowledge.phrases.words["authorisation"]
    rows = [
        (
            masked_name(one.delegate),
            one.expires_at.astimezone(CHINA).date().isoformat(),
            str(one.looked),
            one.last_at.astimezone(CHINA).date().isoformat() if one.last_at else "",
        )
        for one in held
    ]
    choices = [
        cards.choice(
            words["revoke"].format(name=masked_name(one.delegate)),
            "revoke_authorisation",
            authorisation=str(one.id),
        )
        for one in held
    ]
    shown = table(words["title"], ("name", "valid_until", "looked", "last"), rows, knowledge)
    for column in shown["columns"]:
        column["kind"] = "text"
    return {**shown, "choices": choices}


class RevokeAuthorisation(CitizenAction):
    """Ends one of the citizen's own."""

    action = "action_revoke_authorisation"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """That it is over, at once."""
        parts, now = self._parts, self._parts.now()
        citizen = await assured(parts, turn, VIEW, SHOW)
        who = reference(parts.index_key, citizen.citizen)
        try:
            number = UUID(turn.entities.get("authorisation", ""))
        except ValueError:
            return await show(parts, turn)
        async with transaction(parts) as db:
            ended = await authorisations.revoke(db, who, number, now)
            act = audit.Act(who, "revoke_authorisation", str(number), {"ended": ended})
            await audit.append(db, parts.audit_key, audit.CITIZENS, act, now)
        response = "utter_authorisation_revoked" if ended else "utter_authorisations_none"
        return [Reply(response, {}, None, {"pending": None})]
