"""action_estimate_flexible: what somebody pays who pays their own insurance (灵活就业)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from actions.counting import small as counting
from actions.estimates import filled
from actions.estimates.filled import Field
from actions.knowledge.answers import Knowledge, Region
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

FLEXIBLE = "flexible"


class EstimateFlexible(CitizenAction):
    """Counts, or asks for the base."""

    action = "action_estimate_flexible"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The estimate; else the form with the region's floor, where it is known today."""
        parts, knowledge = self._parts, await self._parts.shelf.now()
        region = knowledge.region(turn.region)
        fields = await filled.read(parts, turn, FLEXIBLE)
        if fields is None:
            floor = _figure("base_floor", region, parts, knowledge)
            value = str(floor) if floor is not None else None
            return [filled.form(FLEXIBLE, [Field("base", "number", value)], knowledge)]
        count = partial(_counted, parts, region, knowledge, fields)
        return await filled.counted(parts, turn, FLEXIBLE, fields, count)


def _figure(name: str, region: Region | None, parts: Parts, knowledge: Knowledge) -> int | None:
    return knowledge.figure(name, region.code, parts.today()) if region else None


def _counted(
    parts: Parts, region: Region | None, knowledge: Knowledge, fields: Mapping[str, str]
) -> Reply:
    base = filled.number(fields, "base", knowledge, Decimal(1))
    floor = _figure("base_floor", region, parts, knowledge)
    ceiling = _figure("base_ceiling", region, parts, knowledge)
    if floor is not None and ceiling is not None and not floor <= base <= ceiling:
        place = region.short if region else ""
        values = {"place": place, "floor": str(floor), "ceiling": str(ceiling)}
        return Reply("utter_estimate_flexible_outside", values)
    rules = knowledge.phrases.words["calculators"][FLEXIBLE]
    percents = counting.flexible_percents(rules, region.code if region else None, parts.today())
    found = counting.flexible(base, percents)
    values = {
        "base": f"{base:.2f}",
        "month": str(found.pension),
        "month_account": str(found.account),
        "month_medical": str(found.medical or ""),
        "percent": str(percents.get("medical", "")),
        "month_total": str(found.month),
        "year_total": str(found.month * 12),
    }
    inputs = {"base": filled.yuan(base, knowledge)}
    if region:
        inputs["region"] = region.short
    card = filled.estimate(
        FLEXIBLE,
        inputs,
        [(name, filled.yuan(Decimal(values[name]), knowledge)) for name in _results(found)],
        _formula(found, values, knowledge),
        filled.citations(FLEXIBLE, knowledge),
        knowledge,
    )
    if found.medical is None:
        return Reply("utter_estimate_flexible_pension_only", values, card, {"pending": None})
    return Reply("utter_estimate_flexible", values, card, {"pending": None})


def _results(found: counting.Flexible) -> list[str]:
    medical = [] if found.medical is None else ["month_medical", "month_total"]
    return ["month", "month_account", *medical, "year_total"]


def _formula(
    found: counting.Flexible, values: Mapping[str, str], knowledge: Knowledge
) -> list[str]:
    written = knowledge.phrases.words["calculator_words"]["formula"]
    lines = [line.format(**values) for line in written[FLEXIBLE]]
    if found.medical is None:
        return [*lines, written["flexible_no_medical"]]
    return [*lines, written["flexible_medical"].format(**values)]
