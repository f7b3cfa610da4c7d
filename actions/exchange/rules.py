"""What has to be true of an application beside its shape; each rule names its problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from actions.exchange.words import agreements
from records.exchange.cases import COVERAGE, TRANSFER

# Who is abroad for longer already needs a person's advice, not a form.
LONGEST_SINCE = timedelta(days=183)
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, Z, S, V
_ID_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))


@dataclass(frozen=True)
class Known:
    """What the back offices say, where a rule needs it; None where they were not asked."""

    enrolled_in: frozenset[str] | None = None  # regions with an active enrolment now
    months_in: Mapping[str, int] | None = None
    draws_pension: bool = False
    under_way: bool = False


@dataclass(frozen=True)
class Problem:
    """A rule that does not hold; `values` fill its sentence."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


def problems(kind: str, draft: Mapping[str, str], known: Known, today: date) -> list[Problem]:
    """Every rule that the application breaks."""
    rules = {COVERAGE: _coverage, TRANSFER: _transfer}
    found = list(rules[kind](draft, known, today))
    if not is_resident_id(draft.get("id_number", "")):
        found.append(Problem("id_number_wrong"))
    if known.under_way:
        found.append(Problem("already_under_way"))
    return found


def is_unified_code(code: str) -> bool:
    """Whether the check character of a unified social credit code holds (GB 32100-2015)."""
    if len(code) != 18 or any(one not in _CODE_ALPHABET for one in code):
        return False
    total = sum(_CODE_ALPHABET.index(one) * pow(3, n, 31) for n, one in enumerate(code[:17]))
    return code[17] == _CODE_ALPHABET[-total % 31]


def is_resident_id(number: str) -> bool:
    """Whether the check character of a resident identity number holds (GB 11643)."""
    if len(number) != 18 or not number[:17].isdecimal() or not number.isascii():
        return False
    total = sum(int(one) * weight for one, weight in zip(number, _ID_WEIGHTS, strict=False))
    return number[17] == "0123456789X"[(12 - total) % 11]


def _coverage(draft: Mapping[str, str], known: Known, today: date) -> Iterator[Problem]:
    agreement = agreements()[draft["country"]]
    if not agreement.in_force:
        yield Problem("country_not_in_force", {"country": agreement.country})
    if draft["category"] == "posted":
        if not draft.get("employer") or not draft.get("employer_code"):
            yield Problem("employer_missing")
        elif not is_unified_code(draft["employer_code"]):
            yield Problem("employer_code_wrong")
    first, last = date.fromisoformat(draft["from"]), date.fromisoformat(draft["to"])
    if last < first:
        yield Problem("dates_reversed")
    if first < today - LONGEST_SINCE:
        yield Problem("starts_too_early")
    longest = agreement.longest_months
    if longest is not None and _months(first, last) > longest:
        yield Problem("too_long", {"months": str(longest)})
    if known.enrolled_in is not None and draft["region"] not in known.enrolled_in:
        yield Problem("not_insured", {"region": draft["region"]})


def _transfer(draft: Mapping[str, str], known: Known, today: date) -> Iterator[Problem]:
    if draft["from_region"] == draft["to_region"]:
        yield Problem("same_region")
        return
    if known.enrolled_in is not None and draft["to_region"] not in known.enrolled_in:
        yield Problem("not_enrolled_there", {"region": draft["to_region"]})
    if known.months_in is not None and not known.months_in.get(draft["from_region"]):
        yield Problem("nothing_there", {"region": draft["from_region"]})
    if known.draws_pension:
        yield Problem("already_retired")


def _months(first: date, last: date) -> int:
    """Months begun between two days."""
    whole = (last.year - first.year) * 12 + last.month - first.month
    return whole + (1 if last.day >= first.day else 0)
