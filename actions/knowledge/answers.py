"""What Wenbao knows: items, figures, regions, sources and words from `data/knowledge`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from actions.knowledge.figures import Days, Parameter, days_to_look, valid
from actions.knowledge.phrases import Phrases
from actions.knowledge.retirement_rules import Rules
from actions.knowledge.sources import Citation, Source
from actions.talk.errors import NoLongerInForce, NothingAsked, NotYetInForce

_END = re.compile(r"[。.]$")
_SENTENCE = re.compile(r"[^。！？]+[。！？]*")
# Characters of an answer's gist: two lines on a phone.
MOST_OF_A_GIST = 60


@dataclass(frozen=True)
class Region:
    """A division at province level."""

    code: str
    name: str
    short: str
    registry: bool
    outside: bool  # has a system of its own: Hong Kong, Macau, Taiwan


@dataclass(frozen=True)
class English:
    """An item's words for who asks in English."""

    title: str
    summary: str
    detail: str


@dataclass(frozen=True)
class Item:
    """A frequent question and its answer."""

    id: str
    area: str
    title: str
    regional: bool
    summary: str
    detail: str | None
    local: str | None
    parameters: tuple[str, ...]
    calculator: str | None
    citations: tuple[Citation, ...]
    effective_from: date
    effective_to: date | None
    related: tuple[str, ...]
    office: str
    points: tuple[str, ...] = ()  # each said alone, when it is asked for after the answer
    english: English | None = None

    def holds(self, day: date) -> bool:
        """Whether its rule is in force on a day."""
        return self.effective_from <= day <= (self.effective_to or day)

    @property
    def in_english(self) -> Item:
        """The same with its English words, where it has any."""
        words = self.english
        if words is None:
            return self
        title, summary, detail = words.title, words.summary, words.detail
        return replace(self, title=title, summary=summary, detail=detail, points=())


@dataclass(frozen=True)
class Answer:
    """An item as it stands for one region and day."""

    item: Item
    region: Region | None
    local: str | None  # the region's own figures, where all are known
    local_sources: tuple[Source, ...]
    choices: tuple[Region, ...]  # regions that have figures, when the region is the question

    @property
    def lacks_figures(self) -> bool:
        """Whether the region decides and we have no checked figures of it."""
        return self.item.regional and self.local is None and not self.choices


@dataclass(frozen=True)
class Knowledge:
    """All of it, at one moment."""

    items: Mapping[str, Item]
    regions: Mapping[str, Region]
    parameters: tuple[Parameter, ...]
    rules: Rules
    rule_citations: tuple[Citation, ...]
    phrases: Phrases
    english: bool = False  # whether its items are the English ones

    @cached_property
    def in_english(self) -> Knowledge:
        """What there is for who asks in English: fewer items, so none leads on to Chinese."""
        items = {item: asked.in_english for item, asked in self.items.items() if asked.english}
        return replace(self, items=items, phrases=self.phrases.in_english, english=True)

    def item(self, item: str) -> Item:
        """The item with this id, else `NothingAsked`."""
        try:
            return self.items[item]
        except KeyError as problem:
            raise NothingAsked from problem

    def region(self, code: str | None) -> Region | None:
        """The region of a code, or of a code below it; None for an unknown one."""
        if not code:
            return None
        return self.regions.get(code) or self.regions.get(code[:2] + "0000")

    def figure(self, name: str, region: str, day: date) -> int | None:
        """A region's number of this day; None where there is none that is known for sure."""
        for one in self.parameters:
            if (one.name, one.region, one.confidence) == (name, region, "high") and one.holds(day):
                return one.value
        return None

    def newest(self, name: str, region: str) -> Parameter | None:
        """A region's latest number known for sure, although its time may be over."""
        known = (
            one
            for one in self.parameters
            if (one.name, one.region, one.confidence) == (name, region, "high")
            and one.value is not None
        )
        return max(known, key=lambda one: one.effective_from, default=None)

    def answer_for(
        self, item: str, region: Region | None, today: date, then: Days | None = None
    ) -> Answer:
        """The item for this region and day; a rule that is not in force says from or to when.

        Who asks for the figures of another time gets these, or is told that they are not known.
        """
        asked = self.item(item)
        if today < asked.effective_from:
            day = self.phrases.day(asked.effective_from)
            raise NotYetInForce(title=asked.title, day=day)
        if asked.effective_to is not None and today > asked.effective_to:
            raise NoLongerInForce(title=asked.title, day=self.phrases.day(asked.effective_to))
        if region is None:
            return Answer(asked, None, None, (), tuple(self._regions_with(asked, today)))
        of_then = (self._figures(asked, region, day) for day in days_to_look(then, today))
        figures, unknown = next((one for one in of_then if one), None), ""
        if figures is None:
            figures = self._figures(asked, region, today)
            unknown = self.phrases.not_of_then(*then) if then and figures else ""
        if figures is None:
            return Answer(asked, region, None, (), ())
        local = unknown + self._dated(_filled(asked, region, figures), valid(figures))
        return Answer(asked, region, local, _sources_of(figures), ())

    def _dated(self, local: str, days: Days | None) -> str:
        """A region's figures with the months that they are of: each year has its own."""
        if days is None:
            return local
        end = _END.search(local)
        told = local[: end.start()] if end else local
        return f"{told}{self.phrases.valid(*days)}{end[0] if end else ''}"

    def in_short(self, items: Iterable[Item], today: date) -> str:
        """What each answers in a sentence, a line each; of what is not in force the title alone."""
        return "".join(
            "\n" + self.phrases.gist(number, one.title, self._gist(one) if one.holds(today) else "")
            for number, one in enumerate(items, start=1)
        )

    def _gist(self, item: Item) -> str:
        """The first sentences of an answer, as many as fit in two lines of a phone."""
        sentences = _SENTENCE.findall(item.summary)
        if len(sentences) > 1 and sentences[0].startswith(self.phrases.condolence):
            sentences = sentences[1:]
        said, *more = sentences
        for sentence in more:
            if len(said) + len(sentence) > MOST_OF_A_GIST:
                break
            said += sentence
        return str(said)

    def _figures(self, item: Item, region: Region, today: date) -> list[Parameter] | None:
        """The item's figures for this region and day; None when one is missing."""
        if item.local is None:
            return None
        found = {
            one.name: one
            for one in self.parameters
            if one.name in item.parameters and one.region == region.code and one.holds(today)
        }
        complete = all(name in found for name in item.parameters)
        return [found[name] for name in item.parameters] if complete else None

    def _regions_with(self, item: Item, today: date) -> Iterable[Region]:
        return (
            region
            for region in self.regions.values()
            if self._figures(item, region, today) is not None
        )


def _filled(item: Item, region: Region, figures: Iterable[Parameter]) -> str:
    values = {"region": region.short, **{one.name: one.display for one in figures}}
    return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], item.local or "")


def _sources_of(figures: Iterable[Parameter]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(one.source for one in figures if one.source is not None))
