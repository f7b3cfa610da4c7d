"""action_sign_in, action_sign_out, action_signed_in: who is speaking, as the records say."""

from __future__ import annotations

from uuid import UUID

from actions.access.going_on import waiting
from actions.record.asking import who_is_signed_in
from actions.talk import cards
from actions.talk.errors import SignInFirst, Unanswerable
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records import conversations, messages
from records.privacy import leaving


class SignIn(CitizenAction):
    """Offers the way to sign in."""

    action = "action_sign_in"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The card; or that it is not needed."""
        try:
            citizen = await who_is_signed_in(self._parts, turn)
        except SignInFirst:
            return [Reply("utter_sign_in", {}, cards.sign_in())]
        return [Reply("utter_already_signed_in", {"name": masked(citizen.name)})]


class SignedIn(CitizenAction):
    """Greets, and goes on with what was asked before."""

    action = "action_signed_in"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """A greeting; the record, if that is what the citizen waited for."""
        citizen = await who_is_signed_in(self._parts, turn)
        greeting = Reply("utter_signed_in", {"name": masked(citizen.name)})
        go_on = waiting(turn.pending)
        if go_on is None:
            return [greeting]
        try:
            return [greeting, *await go_on(self._parts, turn)]
        except SignInFirst:
            raise  # signed out meanwhile: nobody is called by their name
        except Unanswerable as problem:
            said = Reply(problem.response, problem.details, problem.card, problem.slots)
            return [greeting, said]


class SignOut(CitizenAction):
    """Ends the sign-in and wipes what was said meanwhile, here and at the engine."""

    action = "action_sign_out"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """That it is ended, or that nobody was signed in."""
        response, knowledge = "utter_not_signed_in", await self._parts.shelf.now()
        shown = str(knowledge.phrases.words["record"]["hidden"])
        if turn.conversation is not None:
            response = await self._left(turn.conversation, shown)
        slots = {"pending": None, "period": None, "insurance": None, "birth_month": None}
        return [Reply(response, {}, None, slots)]

    async def _left(self, conversation: UUID, shown: str) -> str:
        """What is said of the end; the words that are answered just now stay."""
        async with self._parts.database.begin() as db:
            this = await messages.next_waiting(db, conversation)
            but = this.id if this else 0
            if not await leaving.leave(db, conversation, shown, self._parts.now(), but):
                return "utter_not_signed_in"
            elsewhere = await conversations.is_in_messenger(db, conversation)
        return "utter_signed_out_in_messenger" if elsewhere else "utter_signed_out"


def masked(name: str) -> str:
    """A name of which only the last character shows, so that a neighbour does not read it."""
    return "*" * max(1, len(name) - 1) + name[-1:] if len(name) > 1 else "*"
