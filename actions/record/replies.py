"""Puts a contribution record into sentences and its card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from actions.knowledge.answers import Knowledge
from actions.record.explain import Gap, Paid, Period, Record, runs
from actions.record.periods import Period as Asked
from actions.talk.cards import Card
from actions.talk.reply import Reply

# Of what an employer owes the newest are named.
NAMED_RUNS = 3
# More gaps than these are counted, not named; so are months that were paid twice.
NAMED_GAPS = 3
NAMED_OVERLAPS = 3


@dataclass(frozen=True)
class Shown:
    """A record, and what each region said to the question."""

    insurance: str
    record: Record
    regions: Sequence[str]
    statuses: Mapping[str, str]  # answered | none | silent
    period: Asked | None = None  # when only this was asked for


def replies(shown: Shown, knowledge: Knowledge, today: date) -> list[Reply]:
    """How far paid, what is missing, what is double, who did not answer."""
    slots = {"pending": None, "insurance": shown.insurance, "period": None}
    shown_card = card(shown, knowledge, today)
    first = Reply(_first(shown), _values(shown, knowledge), shown_card, slots)
    return [first, *_remarks(shown, knowledge)]


def card(shown: Shown, knowledge: Knowledge, today: date) -> Card:
    """The whole record for a screen."""
    record, name = shown.record, knowledge.phrases.word("insurances", shown.insurance)
    paid_to = {"paid_to": str(record.paid_to)} if record.paid_to else {}
    return {
        "type": "contributions",
        "insurance": {"code": shown.insurance, "name": name},
        "as_of": today.isoformat(),
        **paid_to,
        "months_total": record.total,
        "regions": [_region(code, shown, knowledge) for code in shown.regions],
        "periods": [_period(one) for one in record.periods],
        "gaps": [
            {"from": str(one.first), "to": str(one.last), "months": one.months}
            for one in record.gaps
        ],
        "overlaps": [
            {"month": str(one.month), "regions": list(one.regions)} for one in record.overlaps
        ],
        "months": [_month(one) for one in record.months],
    }


def _period(one: Period) -> Card:
    return {
        "from": str(one.first),
        "to": str(one.last),
        "region": one.region,
        "employer": one.employer,
    }


def _month(one: Paid) -> Card:
    return {
        "month": str(one.month),
        "region": one.region,
        "employer": one.employer,
        "base": f"{one.base:.2f}",
        "personal": f"{one.personal:.2f}",
        "status": one.status,
    }


def _region(code: str, shown: Shown, knowledge: Knowledge) -> Card:
    paid = {one.month for one in shown.record.months if one.counts and one.region == code}
    return {
        "code": code,
        "name": knowledge.regions[code].short,
        "status": shown.statuses[code],
        "months": len(paid),
    }


def _first(shown: Shown) -> str:
    if shown.period is not None:
        if shown.record.paid_to:
            return "utter_contributions_period"
        return "utter_contributions_period_none"
    return "utter_contributions" if shown.record.paid_to else "utter_contributions_none"


def _values(shown: Shown, knowledge: Knowledge) -> dict[str, str]:
    phrases, record = knowledge.phrases, shown.record
    values = {"insurance_name": phrases.word("insurances", shown.insurance)}
    if shown.period is not None:
        asked = shown.period.last.number - shown.period.first.number + 1
        values["period"] = phrases.months(shown.period.first, shown.period.last)
        values["asked"] = str(asked)
        values["unpaid"] = str(asked - record.total)
        values["personal"] = f"{sum(one.personal for one in record.months if one.counts):.2f}"
    if record.paid_to:
        values["paid_to"] = phrases.month(record.paid_to)
        values["total"] = str(record.total)
        values["span"] = phrases.span(record.total)
    return values


def _remarks(shown: Shown, knowledge: Knowledge) -> Iterable[Reply]:
    record, phrases = shown.record, knowledge.phrases
    if record.deemed:
        paid = str(record.total - record.deemed)
        yield Reply("utter_contributions_deemed", {"many": str(record.deemed), "paid": paid})
    if record.gaps:
        yield _gaps(record.gaps, knowledge)
    if record.overlaps:
        double = runs([one.month for one in record.overlaps])
        newest = [phrases.months(first, last) for first, last in double[-NAMED_OVERLAPS:]]
        yield Reply(
            "utter_contributions_double"
            if len(double) <= NAMED_OVERLAPS
            else "utter_contributions_double_many",
            {
                "months": phrases.listed(newest),
                "many": str(len(record.overlaps)),
                "places": _names({r for one in record.overlaps for r in one.regions}, knowledge),
            },
        )
    if record.owed:
        owed = sorted({one.month for one in record.owed})
        spans = (phrases.months(first, last) for first, last in runs(owed)[-NAMED_RUNS:])
        values = {"many": str(len(owed)), "months": phrases.listed(spans)}
        if {one.status for one in record.owed} == {"deferred"}:
            yield Reply("utter_contributions_deferred", values)
        else:
            yield Reply("utter_contributions_owed", values)
    silent = {code for code, status in shown.statuses.items() if status == "silent"}
    if silent:
        yield Reply("utter_contributions_silent", {"places": _names(silent, knowledge)})


def _gaps(gaps: Sequence[Gap], knowledge: Knowledge) -> Reply:
    """The newest ones by name: they are the ones that can still be put right."""
    phrases = knowledge.phrases
    newest = list(gaps)[-NAMED_GAPS:]
    return Reply(
        "utter_contributions_gaps" if len(gaps) <= NAMED_GAPS else "utter_contributions_many_gaps",
        {
            "gaps": phrases.listed(phrases.months(one.first, one.last) for one in newest),
            "many": str(len(gaps)),
            "missing": str(sum(one.months for one in gaps)),
        },
    )


def _names(codes: Iterable[str], knowledge: Knowledge) -> str:
    return knowledge.phrases.listed(knowledge.regions[code].short for code in sorted(codes))
