"""action_estimate_unemployment: how many months of unemployment benefit somebody could draw."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from actions.counting import small as counting
from actions.estimates import filled
from actions.estimates.filled import Field
from actions.knowledge.answers import Knowledge, Region
from actions.record.asking import Service, ask, begin
from actions.registries.client import Found
from actions.talk.errors import SignInFirst, Unanswerable
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

UNEMPLOYMENT = "unemployment"
SERVICE = Service("estimate_unemployment")


class EstimateUnemployment(CitizenAction):
    """Counts from what is told or filled in, or asks for the months, with those of the record."""

    action = "action_estimate_unemployment"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The form's estimate; else the form with the record's months."""
        parts, knowledge = self._parts, await self._parts.shelf.now()
        fields = await filled.read(parts, turn, UNEMPLOYMENT)
        region, told = knowledge.region(turn.region), turn.counts.get("paid_months")
        if fields is None and told is not None and told <= filled.MOST_MONTHS:
            return [_counted(parts, region, knowledge, told)]
        if fields is None:
            known = await _known(parts, turn)
            field = Field("paid_months", "number", known or None)
            said = filled.sentence(known)
            return [filled.form(UNEMPLOYMENT, [field], knowledge, said)]
        count = partial(_of_form, parts, region, knowledge, fields)
        return await filled.counted(parts, turn, UNEMPLOYMENT, fields, count)


async def _known(parts: Parts, turn: Turn) -> str | None:
    """The months of the record, None of nobody; empty where it may not be read now."""
    try:
        asking = await begin(parts, turn, SERVICE)
        number, regions = asking.subject.id_number, asking.regions
        answers = parts.registries.contributions(number, UNEMPLOYMENT, regions)

        async def months() -> Found[object]:
            told = await answers
            return Found(told.contributions, told.silent, told.unknown)

        told = await ask(asking, {"contributions": months()})
    except SignInFirst:
        return None
    except Unanswerable:
        return ""
    return str(len({one.month for one in told.entries("contributions") if one.counted}))


def _of_form(
    parts: Parts, region: Region | None, knowledge: Knowledge, fields: Mapping[str, str]
) -> Reply:
    paid = int(filled.number(fields, "paid_months", knowledge))
    return _counted(parts, region, knowledge, paid)


def _counted(parts: Parts, region: Region | None, knowledge: Knowledge, paid: int) -> Reply:
    rules = knowledge.phrases.words["calculators"][UNEMPLOYMENT]
    most = counting.most_unemployment_months(paid, rules["most"])
    own = rules["regions"].get(region.code) if region else None
    values = {"paid_months": str(paid), "years": str(paid // 12), "most": str(most)}
    if not most:
        return Reply("utter_estimate_unemployment_too_short", values)
    words = knowledge.phrases.words["calculator_words"]["formula"]
    formula = [words[UNEMPLOYMENT].format(**values)]
    result, response = ("unemployment_most", most), "utter_estimate_unemployment_most"
    if own and region and own["from"] <= parts.today():
        months = counting.own_unemployment_months(paid, own["months_a_year"], own["most"])
        values |= {"months": str(months), "place": region.short}
        formula.append(words["unemployment_region"].format(region=region.short, **own))
        result, response = ("unemployment_months", months), "utter_estimate_unemployment"
    inputs = {"paid_months": filled.unit("months", paid, knowledge)}
    card = filled.estimate(
        UNEMPLOYMENT,
        inputs | ({"region": region.short} if region else {}),
        [(result[0], filled.unit("months", result[1], knowledge))],
        formula,
        filled.citations(UNEMPLOYMENT, knowledge),
        knowledge,
    )
    return Reply(response, values, card, {"pending": None})
