"""action_continue: goes on with what the bot waits for, or answers the chosen item."""

from __future__ import annotations

from actions.answer_question import answer_item, place_answer
from actions.look_ups.own_record import LOOK_UPS
from actions.retirement_age import RETIREMENT_AGE, go_on_with_retirement
from actions.talk import cards
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn


class GoOn(CitizenAction):
    """Puts a piece of information where it belongs."""

    action = "action_continue"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """What was said decides; then what we wait for."""
        said = turn.entities
        if "item" in said:
            return await answer_item(self._parts, turn, said["item"])
        if "birth_month" in said or ("worker_category" in said and await self._of_retirement(turn)):
            return await go_on_with_retirement(self._parts, turn)
        waiting = LOOK_UPS.get((turn.pending or "").partition("/")[0])
        if waiting is not None and "region" not in said:
            return await waiting(self._parts, turn)
        if "region" in said:
            return await self._about_region(turn)
        if turn.pending == RETIREMENT_AGE:
            return await go_on_with_retirement(self._parts, turn)
        return await self._what_about_it(turn)

    async def _of_retirement(self, turn: Turn) -> bool:
        """Whether "我是男的" tells what retirement takes: not in the middle of something else."""
        items = (await self._parts.shelf.now()).items
        topic = items.get(turn.slots.get("topic") or "")
        asked = turn.pending == RETIREMENT_AGE or turn.known("birth_month") is not None
        return asked or topic is None or topic.calculator == RETIREMENT_AGE

    async def _about_region(self, turn: Turn) -> list[Reply]:
        knowledge = await self._parts.shelf.now()
        region = knowledge.region(turn.region)
        topic = knowledge.items.get(turn.slots.get("topic") or "")
        if region is None:
            return [Reply("utter_unknown_region")]
        if topic is not None and topic.regional and turn.pending != RETIREMENT_AGE:
            return await place_answer(self._parts, turn, topic.id)
        return [Reply("utter_region_noted", {"place": region.short})]

    async def _what_about_it(self, turn: Turn) -> list[Reply]:
        """Only an insurance was named, or nothing: what is wanted?"""
        knowledge = await self._parts.shelf.now()
        phrases, offered = knowledge.phrases, []
        insurance = turn.entities.get("insurance")
        if insurance:
            title = phrases.word("choices", "look_up")
            offered = [cards.choice(title, "look_up_contributions", insurance=insurance)]
        shown = cards.choices([*offered, cards.human_choice(phrases)])
        return [Reply("utter_what_about_it", {}, shown)]
