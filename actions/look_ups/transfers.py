"""action_look_up_transfers: how far a transfer between regions (关系转移) is at the offices.

Three steps (audit, out, in) of fifteen working days each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actions.knowledge.answers import Knowledge
from actions.record.asking import Service, ask, begin, place_name, silent_regions
from actions.record.pointing import with_basis
from actions.record.tables import iso, table
from actions.record.working_days import between, due_after
from actions.registries.entries import Transfer, TransferStep
from actions.talk.cards import Card
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

SERVICE = Service("transfers")
RESPONSES = {
    "under_way": "utter_transfer_under_way",
    "stuck": "utter_transfer_stuck",
    "refused": "utter_transfer_refused",
    "finished": "utter_transfer_finished",
}
OPEN = ("under_way", "late", "waiting")


class LookUpTransfers(CitizenAction):
    """Shows the transfers, or the way to sign in."""

    action = "action_look_up_transfers"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """Each transfer with its steps."""
        return await look_up(self._parts, turn)


async def look_up(parts: Parts, turn: Turn) -> list[Reply]:
    """Ask, keep, tell."""
    asking = await begin(parts, turn, SERVICE)
    question = parts.registries.transfers(asking.subject.id_number, asking.regions)
    found = await ask(asking, {SERVICE.name: question})
    known: Sequence[Transfer] = found.entries(SERVICE.name)
    said = [sentence(one, asking.knowledge, parts.today()) for one in known]
    if not said:
        said = [Reply("utter_transfer_none", {}, None, {"pending": None})]
    return [*with_basis(said, asking.knowledge), *silent_regions(found, asking.knowledge)]


def sentence(transfer: Transfer, knowledge: Knowledge, today: date) -> Reply:
    """Where it stands, and by when the next step is to be done."""
    due = due_date(transfer)
    values = {**_values(transfer, knowledge), **_step(transfer, due, knowledge, today)}
    card = _card(transfer, due, knowledge)
    return Reply(_response(transfer, due, today), values, card, {"pending": None})


def due_date(transfer: Transfer) -> date | None:
    """The office's own date, else fifteen working days behind the step before."""
    number = current(transfer)
    if transfer.status in ("finished", "refused") or number is None:
        return None
    step = transfer.steps[number]
    if step.due:
        return step.due
    before = transfer.steps[number - 1].reached_on if number else transfer.applied_on
    return due_after(before or transfer.applied_on)


def current(transfer: Transfer) -> int | None:
    """The step at work: the first that is not done."""
    for number, step in enumerate(transfer.steps):
        if step.state in OPEN:
            return number
    return None


def _response(transfer: Transfer, due: date | None, today: date) -> str:
    if transfer.status == "under_way" and due is not None:
        # A weekend behind the last day is no working day late.
        if between(due, today):
            return "utter_transfer_overdue"
        if not between(today, due):
            return "utter_transfer_due"
    return RESPONSES[transfer.status]


def _values(transfer: Transfer, knowledge: Knowledge) -> dict[str, str]:
    phrases = knowledge.phrases
    last = max((one.reached_on for one in transfer.steps if one.reached_on), default=None)
    return {
        "number": transfer.number,
        "insurance_name": phrases.word("insurances", transfer.insurance),
        "from_place": place_name(transfer.from_region, knowledge),
        "to_place": place_name(transfer.to_region, knowledge),
        "applied": phrases.day(transfer.applied_on),
        "reason": transfer.reason or phrases.words["record"]["no_reason"],
        "last": phrases.day(last or transfer.applied_on),
    }


def _step(
    transfer: Transfer, due: date | None, knowledge: Knowledge, today: date
) -> dict[str, str]:
    number = current(transfer)
    if number is None or due is None:
        return {}
    phrases = knowledge.phrases
    return {
        "step": phrases.word("transfer_steps", transfer.steps[number].step),
        "step_number": str(number + 1),
        "due": phrases.day(due),
        "late": str(between(due, today)),
        "left": str(between(today, due)),
    }


def _card(transfer: Transfer, due: date | None, knowledge: Knowledge) -> Card:
    rows = (_row(number, step, transfer, due, knowledge) for number, step in _numbered(transfer))
    title = f"{knowledge.phrases.words['record']['titles']['transfer']} {transfer.number}"
    return table(title, ("step", "state", "reached", "due"), rows, knowledge)


def _numbered(transfer: Transfer) -> Sequence[tuple[int, TransferStep]]:
    return list(enumerate(transfer.steps))


def _row(
    number: int, step: TransferStep, transfer: Transfer, due: date | None, knowledge: Knowledge
) -> tuple[str, ...]:
    phrases = knowledge.phrases
    ends = due if number == current(transfer) else step.due
    return (
        phrases.word("transfer_steps", step.step),
        phrases.word("step_states", step.state),
        iso(step.reached_on),
        iso(ends),
    )
