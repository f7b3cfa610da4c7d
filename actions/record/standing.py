"""How far somebody is from the months that a pension needs, for their own retirement date.

Since 2025 the months needed rise with the year of retirement, from 180 to 240.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from actions.knowledge.answers import Knowledge
from actions.knowledge.retirement_rules import Month, Retirement, Rules, retirement

FEMALE = ("female_55", "female_50")


@dataclass(frozen=True)
class Standing:
    """Months had and needed for one retirement date."""

    retirement: Retirement
    months: int
    today: Month

    @property
    def needed(self) -> int:
        """Months that a pension needs then."""
        return self.retirement.minimum_contribution

    @property
    def missing(self) -> int:
        """Months that are still missing."""
        return max(0, self.needed - self.months)

    @property
    def left(self) -> int:
        """Months until then."""
        return max(0, self.retirement.month.number - self.today.number)

    @property
    def start_by(self) -> Month:
        """Who pays without a break from this month on reaches it."""
        return self.retirement.month.after(-self.missing)


def standings(
    rules: Rules, id_number: str, category: str | None, months: int, today: date
) -> list[Standing]:
    """One for a man; for a woman one for each kind of post, unless hers is known."""
    born, now = birth_of(id_number), Month.of(today.year, today.month)
    birth = Month.of(born.year, born.month)
    kinds = categories(id_number, category)
    return [Standing(retirement(rules, birth, kind), months, now) for kind in kinds]


def categories(id_number: str, known: str | None) -> Sequence[str]:
    """Which rules can apply: the last digit but one of an ID number is odd for men."""
    if int(id_number[16]) % 2:
        return ("male",)
    return (known,) if known in FEMALE else FEMALE


def birth_of(id_number: str) -> date:
    """The day of birth in an ID number (GB 11643)."""
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def sentences(found: Sequence[Standing], knowledge: Knowledge) -> list[tuple[str, dict[str, str]]]:
    """The responses and their values: one for both kinds of post where it is the same for both."""
    each = [_sentence(one, knowledge) for one in found]
    starts = [values.pop("start_by", "") for _, values in each]
    when = [_dated(one, knowledge) for one in found]
    if len(found) == 1:
        when = [knowledge.phrases.month(found[0].retirement.month)]
    if all(one == each[0] for one in each):
        # Said in the same order: the later month of retirement allows the later start.
        response, values = each[0]
        either = str(knowledge.phrases.words["record"]["or"])
        return [(response, {**values, "when": either.join(when), "start_by": either.join(starts)})]
    return [
        (response, {**values, "when": day, "start_by": start})
        for (response, values), day, start in zip(each, when, starts, strict=True)
    ]


def _sentence(found: Standing, knowledge: Knowledge) -> tuple[str, dict[str, str]]:
    phrases = knowledge.phrases
    values = {"needed": phrases.span(found.needed)}
    if found.missing == 0:
        return "utter_months_enough", values
    values |= {"missing": str(found.missing), "missing_span": phrases.span(found.missing)}
    if found.retirement.month <= found.today:
        return "utter_months_missing_at_age", values
    if found.missing > found.left:
        return "utter_months_missing_too_many", values
    return "utter_months_missing", {**values, "start_by": phrases.month(found.start_by)}


def _dated(one: Standing, knowledge: Knowledge) -> str:
    phrases = knowledge.phrases
    return phrases.word("record_when", one.retirement.category).format(
        month=phrases.month(one.retirement.month)
    )
