"""One turn of the conversation, read once from Rasa's tracker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rasa_sdk.interfaces import Tracker

# What the citizen may be asked for, and so may answer with.
HEARD = (
    "region",
    "birth_month",
    "worker_category",
    "insurance",
    "period",
    "amount",
    "age",
    "item",
    "authorisation",
    "step",
)
# For so long what somebody counted of himself is taken as still meant.
MESSAGES_REMEMBERED = 4
# What is less likely than this was not meant; by hand.
WORTH_OFFERING = 0.02
# As the engine counts them: full years, and the year of birth that was told without a month.
AGED, BORN = "aged", "born_year"
_LATIN = re.compile(r"[A-Za-z]")
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True)
class Bubble:
    """What the bot said, and the card beside it."""

    text: str
    card: Mapping[str, Any] | None


@dataclass(frozen=True)
class Turn:
    """What was said, what is known, what we wait for."""

    sender: str
    intent: str
    answers: tuple[str, ...]  # ids of items, best first
    entities: Mapping[str, str]  # said in this very turn
    slots: Mapping[str, str]
    site_region: str | None  # where the service centre is
    unclear_turns: int
    in_english: bool = False  # whether the citizen's page or words are English
    matters: tuple[str, ...] = ()  # the items of two matters that were asked at once
    beside: str = ""  # the look-up that may be meant as well as an item
    refused: str = ""  # the item whose answer was just said not to be meant
    text: str = ""  # what was typed; nothing where a choice was tapped
    heard: str = ""  # all that was typed in this conversation
    leans: bool = False  # whether it was understood together with the question before
    site: str = ""  # the service centre's page
    lines: tuple[str, ...] = ()  # what of the item fits just this
    told: bool = False  # whether it asks for nothing yet
    if_ours: Mapping[str, float] = field(default_factory=dict)  # items it may tell of, then
    unsaid: bool = False  # whether the item says nothing of what is asked on
    vague: bool = False  # whether none of its lines stands out for it
    counts: Mapping[str, int] = field(default_factory=dict)  # numbers told now or just before
    counts_now: Mapping[str, int] = field(default_factory=dict)  # those of this very message
    another: bool = False  # whether somebody else is asked for, of whose birth nothing is told yet
    places: tuple[str, ...] = ()  # the regions named in this very message
    less_likely: tuple[str, ...] = ()  # what may have been meant instead of the first item
    said_before: tuple[Bubble, ...] = ()  # the bot's last turn, for actions that look back
    cards_before: tuple[Mapping[str, Any], ...] = ()  # all that it showed, for them

    @property
    def conversation(self) -> UUID | None:
        """The conversation's id; None for a sender that is no conversation of ours."""
        try:
            return UUID(self.sender)
        except ValueError:
            return None

    def known(self, name: str) -> str | None:
        """What was said now, or earlier."""
        return self.entities.get(name) or self.slots.get(name)

    def counted(self, name: str) -> str | None:
        """A number that was told, as a form shows it."""
        return str(self.counts[name]) if name in self.counts else None

    @property
    def speaks_english(self) -> bool:
        """Whether English words were typed, and not only the page is English."""
        return self.in_english and bool(self.text) and not _CHINESE.search(self.text)

    @property
    def reads_english(self) -> bool:
        """Whether English is typed, or a button is tapped on an English page."""
        return self.speaks_english or (self.in_english and not self.text)

    @property
    def region(self) -> str | None:
        """Whose rules the citizen asks for."""
        return self.known("region") or self.site_region

    @property
    def last_cards(self) -> list[Mapping[str, Any]]:
        """What the bot showed in its last turn."""
        return [one.card for one in self.said_before if one.card]

    @property
    def pending(self) -> str | None:
        """What the bot waits for."""
        return self.slots.get("pending")


def read_turn(tracker: Tracker) -> Turn:
    """The turn that the engine hands over."""
    message = tracker.latest_message or {}
    metadata = message.get("metadata") or {}
    return Turn(
        sender=str(tracker.sender_id),
        intent=str((message.get("intent") or {}).get("name") or ""),
        answers=tuple(_answers(message.get("answers"))),
        entities=_entities(message.get("entities")),
        slots={name: text for name, value in tracker.slots.items() if (text := _text(value))},
        site_region=_text(metadata.get("region")),
        unclear_turns=_count(tracker.slots.get("unclear_turns")),
        in_english=_in_english(_text(metadata.get("locale")), _typed(message, tracker.events)),
        matters=tuple(_matters(message.get("parts"))),
        beside=str(message.get("beside") or ""),
        refused=str(message.get("refused") or ""),
        text="" if (text := _text(message.get("text")) or "").startswith("/") else text,
        heard=_heard(message, tracker.events),
        leans=bool(message.get("in_full")),
        site=_text(metadata.get("site")) or "",
        lines=tuple(map(str, message.get("lines") or ())),
        told=bool(message.get("told")),
        if_ours=_chances(message.get("if_ours")),
        unsaid=bool(message.get("unsaid")),
        vague=bool(message.get("vague")) and not message.get("parts"),
        less_likely=_less_likely(_chances(message.get("answers"))),
        counts=_counts(message, tracker.events),
        counts_now=message.get("counts") or {},
        another=_of_another(message, tracker.events),
        places=tuple(_places(message.get("entities"))),
        said_before=tuple(_said_before(tracker.events)),
        cards_before=tuple(_cards_before(tracker.events)),
    )


def _typed(message: Mapping[str, Any], events: list[dict[str, Any]]) -> str:
    """What the citizen last typed: a tapped choice is sent in our words, not in theirs."""
    said = [one for one in events if one.get("event") == "user"]
    texts = (_text(one.get("text")) or "" for one in (message, *reversed(said)))
    return next((text for text in texts if text and not text.startswith("/")), "")


def _heard(message: Mapping[str, Any], events: list[dict[str, Any]]) -> str:
    said = [one for one in events if one.get("event") == "user"]
    texts = (_text(one.get("text")) or "" for one in (*said, message))
    return "\n".join(text for text in texts if text and not text.startswith("/"))


def _counts(message: Mapping[str, Any], events: list[dict[str, Any]]) -> dict[str, int]:
    """The numbers of the last messages, this one's above all; what was told twice is not known."""
    told = _counted_lately(message, events)
    found = {str(name): int(count) for counts in told for name, count in counts.items()}
    return {name: count for name, count in found.items() if count}


def _of_another(message: Mapping[str, Any], events: list[dict[str, Any]]) -> bool:
    """Whether the last that was told of an age was that it is another's, and no birth since."""
    another = False
    for counts in _counted_lately(message, events):
        if AGED in counts:
            another = counts[AGED] == 0
        another = another and BORN not in counts
    return another


def _counted_lately(
    message: Mapping[str, Any], events: list[dict[str, Any]]
) -> list[Mapping[str, int]]:
    said = [one for one in events if one.get("event") == "user"]
    return [one.get("counts") or {} for one in (*said[-MESSAGES_REMEMBERED:], message)]


def _said_before(events: list[dict[str, Any]]) -> list[Bubble]:
    """The bubbles between the citizen's words before and these; empty where none came with them."""
    asked = [place for place, one in enumerate(events) if one.get("event") == "user"]
    first = asked[-2] if len(asked) > 1 else 0
    said = [one for one in events[first:] if one.get("event") == "bot"]
    return [Bubble(str(one.get("text") or ""), _card(one)) for one in said]


def _cards_before(events: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in events:
        if one.get("event") == "bot" and (card := _card(one)):
            yield card


def _card(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    shown = ((event.get("data") or {}).get("custom") or {}).get("card")
    return shown if isinstance(shown, dict) else None


def _in_english(locale: str | None, text: str) -> bool:
    if locale and locale.lower().startswith("en"):
        return True
    return bool(_LATIN.search(text)) and not _CHINESE.search(text)


def _matters(written: Any) -> list[str]:
    """The best item of each part of the question."""
    listed = written if isinstance(written, list) else []
    best = [_answers(part.get("answers"))[:1] for part in listed if isinstance(part, dict)]
    return [item for items in best for item in items]


def _answers(written: Any) -> list[str]:
    listed = written if isinstance(written, list) else []
    return [str(one["id"]) for one in listed if isinstance(one, dict) and one.get("id")]


def _chances(written: Any) -> dict[str, float]:
    listed = written if isinstance(written, list) else []
    return {str(one["id"]): float(one.get("score") or 0) for one in listed if one.get("id")}


def _less_likely(chances: Mapping[str, float]) -> tuple[str, ...]:
    others = list(chances.items())[1:3]
    return tuple(item for item, chance in others if chance >= WORTH_OFFERING)


def _entities(written: Any) -> dict[str, str]:
    """The last value of each kind: who corrects themselves says the right one last."""
    found: dict[str, str] = {}
    for one in written or []:
        value = _text(one.get("value"))
        if one.get("entity") in HEARD and value:
            found[one["entity"]] = value
    return found


def _places(written: Any) -> Iterator[str]:
    """Each region that was named, once."""
    named = (_text(one.get("value")) for one in written or () if one.get("entity") == "region")
    yield from dict.fromkeys(place for place in named if place)


def _text(value: Any) -> str | None:
    """A slot's text; two places in one sentence make Rasa fill a slot with a list."""
    if isinstance(value, list):
        value = value[-1] if value else None
    return value if isinstance(value, str) and value else None


def _count(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0
