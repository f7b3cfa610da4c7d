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


def sentence(found: Sequence[Standing], knowledge: Knowledge) -> tuple[str, dict[str, str]]:
    """The response and its values."""
    phrases, worst = knowledge.phrases, max(found, key=lambda one: one.missing)
    values = {
        "needed": phrases.span(worst.needed),
        "when": _when(found, knowledge),
        "missing": str(worst.missing),
        "missing_span": phrases.span(worst.missing),
        "start_by": phrases.month(worst.start_by),
    }
    if worst.missing == 0:
        return "utter_months_enough", values
    if worst.retirement.month <= worst.today:
        return "utter_months_missing_at_age", values
    if worst.missing > worst.left:
        return "utter_months_missing_too_many", values
    return "utter_months_missing", values


def _when(found: Sequence[Standing], knowledge: Knowledge) -> str:
    phrases = knowledge.phrases
    if len(found) == 1:
        return phrases.month(found[0].retirement.month)
    words = phrases.words["record"]["or"]
    return str(words).join(
        phrases.word("record_when", one.retirement.category).format(
            month=phrases.month(one.retirement.month)
        )
        for one in found
    )
