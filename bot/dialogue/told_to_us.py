"""What answers us, and asks for nothing: a place, a woman's post, a length of time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.context.weights import TOLD
from bot.dialogue.counts import PAID, bare_time
from bot.dialogue.follow_up import MOST_CHARACTERS
from bot.entities.kinds import post_alone
from bot.normalizer import normalize

Parsed = dict[str, Any]

# What a message is by itself that may well answer us.
UNCLEAR = ("reject", "clarify")
# A form's button counts; to ask for the sum in words estimates.
_COUNT, _ESTIMATE = "/count_", "estimate_"
_REGION = "region"  # what the slot `pending` holds while we wait for a place
# What stands around a place that is told and nothing else.
_HARDLY_MORE = re.compile(
    r"[\s,，。.!！]*(?:那么?|哦|好的?)?(?:我们?|俺们?|咱们?|人|她|他)?(?:人?是|人?在|住在?|户口在?|社保在?|在)?"
    r"(?:市|省|县|区)?(?:这边|那边|这里|那里|这儿|那儿)?(?:的|人|户口|交|参保|上班|工作)*"
    r"[啊呀哦嘛哈呢吧\s,，。.!！]*"
)


# "2", "第二个", "选3": a choice of ours, by the number that stands before it.
_NUMBERED = re.compile(
    r"(?:就|我|要|选择?|点|按|是|问)*(?:第(?P<place>[1-4一二三四])(?:个|条|项|种)?|(?P<number>[1-4一二三四]))"
    r"(?:吧|的|号|那个|[、,，。.!！\s])*"
)
_FIGURES = "一二三四"
_LATIN_ALONE = re.compile(r"[/／]?[A-Za-z_]+")
_ONESELF = re.compile(r"[那,，\s]*(?:我|俺|咱)(?:自己|本人|们)?(?:的?话)?呢[?？。!！\s]*")


def chosen(spelled: str, tracker: DialogueStateTracker | None) -> str | None:
    """The payload of the choice whose number was typed; nothing where none stood there."""
    match = _NUMBERED.fullmatch(spelled)
    if match is None:
        return None
    said = match["place"] or match["number"]
    number = int(said) if said.isdecimal() else _FIGURES.index(said) + 1
    for card in last_cards(tracker):
        choices = card.get("choices") or ()
        if card.get("type") == "choices" and len(choices) >= number:
            return str(choices[number - 1].get("payload") or "") or None
    return None


def no_words(spelled: str) -> bool:
    """Whether it is a figure alone, or a command, which classifiers take for anything."""
    if _NUMBERED.fullmatch(spelled) or spelled.isdecimal():
        return True
    return bool(_LATIN_ALONE.fullmatch(spelled)) and spelled.startswith(("/", "／"))


def only_oneself(spelled: str) -> bool:
    """Whether it is "那我呢", which asks for the last answer once more and for no person."""
    return _ONESELF.fullmatch(spelled) is not None


def with_place(parsed: Parsed, tracker: DialogueStateTracker | None) -> Parsed:
    """A place and hardly more ("我东莞的") is told to us, whatever else it was taken for.

    Where we have just asked for one, so is what says more and leads to no answer.
    """
    places = [one for one in parsed.get("entities") or () if one["entity"] == "region"]
    text = parsed.get("text") or ""
    if len(places) != 1 or parsed.get("decision") not in UNCLEAR or len(text) > MOST_CHARACTERS:
        return parsed
    place = places[0]
    asked = tracker is not None and tracker.get_slot("pending") == _REGION
    hardly_more = _HARDLY_MORE.fullmatch(text[: place["start"]] + text[place["end"] :])
    if not (asked or hardly_more):
        return parsed
    return chat(parsed, TOLD)


def with_post(parsed: Parsed, spelled: str, tracker: DialogueStateTracker | None) -> Parsed:
    """Which post a woman has, who was told of before: "按工人算呢"."""
    known = tracker.get_slot("worker_category") if tracker else None
    post = post_alone(spelled) if str(known).startswith("female") else None
    if post is None:
        return parsed
    start, end = normalize(parsed.get("text") or "").span(post.start, post.end)
    told = {"entity": post.entity, "value": post.value, "start": start, "end": end}
    others = [one for one in parsed.get("entities") or () if one["entity"] != post.entity]
    return chat({**parsed, "entities": [*others, told]}, TOLD)


def with_time(parsed: Parsed, spelled: str, tracker: DialogueStateTracker | None) -> Parsed:
    """A length of time where a form asks for just that is counted with: "11年"."""
    asked = [card for card in last_cards(tracker) if card.get("type") == "form"]
    fields = [one.get("name") for card in asked for one in card.get("fields") or ()]
    months = bare_time(spelled) if fields == [PAID] else None
    if months is None:
        return parsed
    counted = str((asked[0].get("submit") or {}).get("payload") or "")
    estimate = counted.replace(_COUNT, _ESTIMATE)
    return chat({**parsed, "counts": {PAID: months}}, estimate)


def last_cards(tracker: DialogueStateTracker | None) -> Iterator[Mapping[str, Any]]:
    """What the bot showed in its last turn."""
    for event in reversed(tracker.events if tracker else ()):
        if type(event) is UserUttered:
            return
        if type(event) is BotUttered:
            card = ((event.data or {}).get("custom") or {}).get("card")
            if isinstance(card, dict):
                yield card


def chat(parsed: Parsed, intent: str) -> Parsed:
    """The message as this intent, whatever else it was taken for."""
    named = {"name": intent, "confidence": 1.0}
    return {**parsed, "intent": named, "decision": "chat", "answers": [], "way": "rule"}
