"""The actions of matters between agencies: apply, review, confirm, ask how far it is.

What is filled in travels sealed (records.files.filled_forms); slots hold no more than which
step comes next.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

from actions.exchange import cards, following, handling
from actions.exchange.handling import NoSuchCase
from actions.record.asking import assured
from actions.talk.errors import Unanswerable
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records.exchange.cases import COVERAGE, TRANSFER
from records.own import assurance

KINDS = (COVERAGE, TRANSFER)
# What the slot `pending` begins with while somebody signs in, or agrees, for a step.
STEP = "exchange_step"

Step = Callable[[Parts, Turn, str], Awaitable[list[Reply]]]


class ApplyForCoverage(CitizenAction):
    """Begins a certificate of coverage under a bilateral agreement (境外参保证明)."""

    action = "action_apply_coverage_certificate"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The form."""
        return await apply(self._parts, turn, COVERAGE)


class ApplyForTransfer(CitizenAction):
    """Begins a transfer of pension insurance to another region (关系转移)."""

    action = "action_apply_pension_transfer"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The form."""
        return await apply(self._parts, turn, TRANSFER)


class ExchangeStatus(CitizenAction):
    """How far one's matters are."""

    action = "action_exchange_status"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Each of them, with what may be done next."""
        return await following.status(self._parts, turn)


class ExchangeStep(CitizenAction):
    """One step of a matter, taken with a form or a button of ours."""

    action = "action_exchange_step"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """What the step does."""
        return await take_step(self._parts, turn, turn.entities.get("step", ""))


async def apply(parts: Parts, turn: Turn, kind: str) -> list[Reply]:
    """The form, for somebody who is known surely enough to sign what they fill in."""
    await assured(parts, turn, assurance.TAKE_AWAY, kind)
    knowledge = await parts.shelf.now()
    shown = cards.form(kind, knowledge)
    return [Reply(_INTRODUCTIONS[kind], {}, shown, {"pending": None})]


async def take_step(parts: Parts, turn: Turn, step: str) -> list[Reply]:
    """Take it; what it lacks is asked for, and then it goes on."""
    try:
        return await _taken(parts, turn, step)
    except Unanswerable as problem:
        if problem.slots.get("pending"):
            problem.slots = {**problem.slots, "pending": f"{STEP}/{step}"}
        raise


async def go_on_with_step(parts: Parts, turn: Turn) -> list[Reply]:
    """The step that waited; whoever tapped it has signed in for it."""
    *before, last = await take_step(parts, turn, (turn.pending or "").partition("/")[2])
    return [*before, replace(last, slots={"pending": None, **last.slots})]


async def _taken(parts: Parts, turn: Turn, step: str) -> list[Reply]:
    """`step` is an act and, behind a colon, the case or the kind of form."""
    act, _, about = step.partition(":")
    if act == "fill":
        return await _filled(parts, turn, about)
    if act not in _STEPS:
        raise NoSuchCase
    return await _STEPS[act](parts, turn, str(_case_id(about)))


async def _filled(parts: Parts, turn: Turn, about: str) -> list[Reply]:
    if about in KINDS:
        return await handling.draft(parts, turn, about)
    what, _, case = about.partition(":")
    if what != cards.CLARIFY:
        raise NoSuchCase
    return await following.clarify(parts, turn, str(_case_id(case)))


def _case_id(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError as problem:
        raise NoSuchCase from problem


_INTRODUCTIONS = {COVERAGE: "utter_coverage_form", TRANSFER: "utter_transfer_form"}
_STEPS: dict[str, Step] = {
    "confirm": handling.confirm,
    "change": handling.change,
    "discard": handling.discard,
    "withdraw": following.withdraw,
    "retry": following.retry,
    "clarify": following.ask_for_clarification,
    "close": following.close,
    "show": following.show,
}


async def apply_for_coverage(parts: Parts, turn: Turn) -> list[Reply]:
    """The same, to go on with after a sign-in."""
    return await apply(parts, turn, COVERAGE)


async def apply_for_transfer(parts: Parts, turn: Turn) -> list[Reply]:
    """The same, to go on with after a sign-in."""
    return await apply(parts, turn, TRANSFER)
