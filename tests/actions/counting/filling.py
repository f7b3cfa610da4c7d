"""Shows the forms of the calculators and fills them in, as the gateway does."""

from __future__ import annotations

import uuid
from typing import Any

import yaml

from actions.talk.parts import Parts
from records import events
from records.events import Line
from records.files import filled_forms
from tests.actions.conftest import KEY
from tests.actions.stage import ROOT, Said, Stage

RULES = yaml.safe_load((ROOT / "data/knowledge/calculators.yml").read_text(encoding="utf-8"))[
    "calculators"
]
PENSION = {"birth": "1972-08", "category": "male", "months": "300", "balance": "150000"} | {
    "index": "1",
    "pension_base": "12049",
}


async def filled(desk: Stage, parts: Parts, calculator: str, fields: dict[str, str]) -> Said:
    """Fill the form in, as the gateway keeps it."""
    async with parts.database.begin() as db:
        await filled_forms.keep(
            db, KEY, uuid.UUID(desk.conversation), f"/count_{calculator}", fields, desk.clock()
        )
    return await desk.play(f"action_estimate_{calculator}", f"count_{calculator}")


async def shown(desk: Stage, parts: Parts, calculator: str) -> dict[str, Any]:
    """Show the form, as the gateway keeps what it shows."""
    form = (await desk.play(f"action_estimate_{calculator}", f"estimate_{calculator}")).card("form")
    async with parts.database.begin() as db:
        conversation, line = uuid.UUID(desk.conversation), Line("x", form)
        await events.append(db, conversation, "bot", [line], desk.clock())
    return form
