"""action_estimate_maternity: the maternity allowance (生育津贴) by national rule."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from actions.counting import small as counting
from actions.estimates import filled
from actions.estimates.filled import Field, FieldWrong
from actions.knowledge.answers import Knowledge
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn

MATERNITY = "maternity"
MOST_BABIES = 6


class EstimateMaternity(CitizenAction):
    """Counts, or asks for wage and birth."""

    action = "action_estimate_maternity"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """The form's estimate; else the form."""
        knowledge = await self._parts.shelf.now()
        fields = await filled.read(self._parts, turn, MATERNITY)
        if fields is None:
            kinds = knowledge.phrases.words["calculator_words"]["kinds"]
            choices = [(title, name) for name, title in kinds.items()]
            return [
                filled.form(
                    MATERNITY,
                    [
                        Field("wage", "number"),
                        Field("kind", "choice", "normal", choices),
                        Field("babies", "number", turn.counted("babies") or "1"),
                    ],
                    knowledge,
                )
            ]
        count = partial(_counted, knowledge, fields)
        return await filled.counted(self._parts, turn, MATERNITY, fields, count)


def _counted(knowledge: Knowledge, fields: Mapping[str, str]) -> Reply:
    words = knowledge.phrases.words["calculator_words"]
    rules = knowledge.phrases.words["calculators"][MATERNITY]
    wage = filled.number(fields, "wage", knowledge, Decimal(1))
    babies = filled.number(fields, "babies", knowledge, Decimal(1))
    kind = fields.get("kind", "")
    if kind not in words["kinds"]:
        raise FieldWrong(field=words["fields"]["kind"])
    if babies != int(babies) or babies > MOST_BABIES:
        raise FieldWrong(field=words["fields"]["babies"])
    days = counting.maternity_days(kind, int(babies), rules["days"], rules["more_days"])
    allowance = counting.maternity_allowance(wage, days, rules["days_of_a_month"])
    values = {"wage": f"{wage:.2f}", "days": str(days), "allowance": str(allowance)}
    card = filled.estimate(
        MATERNITY,
        {
            "wage": filled.yuan(wage, knowledge),
            "kind": words["kinds"][kind],
            "babies": str(int(babies)),
        },
        [
            ("allowance", filled.yuan(allowance, knowledge)),
            ("days", filled.unit("days", days, knowledge)),
        ],
        [words["formula"]["maternity"].format(**values), words["formula"]["maternity_note"]],
        filled.citations(MATERNITY, knowledge),
        knowledge,
    )
    return Reply("utter_estimate_maternity", values, card, {"pending": None})
