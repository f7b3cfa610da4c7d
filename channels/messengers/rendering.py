"""Makes messages of events: text with its card in words, choices by number, cut to size."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Protocol

from channels.messengers.cards import Card, lines_of
from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.phrases import Phrases
from channels.messengers.splitting import in_bytes, in_characters, split
from records.delivery.replies import Offer

# How many messages a citizen gets before they are told to ask for the rest.
SHOWN_AT_ONCE = 5
_NUMBER = re.compile(r"第?\s*(\d{1,2})\s*[.、。个項项]?")


class Shown(Protocol):
    """An event, as far as it is shown."""

    @property
    def text(self) -> str:
        """Its words."""

    @property
    def card(self) -> Card | None:
        """Its card."""


def needs_link(said: Sequence[Shown]) -> bool:
    """Whether one of them asks the citizen to sign in."""
    return any((event.card or {}).get("type") == "sign_in" for event in said)


def render(
    said: Sequence[Shown], style: Style, phrases: Phrases, public_url: str, link: str | None
) -> list[Part]:
    """The messages of some events; the same events make the same number of messages."""
    offering = [place for place, event in enumerate(said) if offers_of(event.card)]
    texts: list[str] = []
    offered: tuple[Offer, ...] = ()
    found: str | None = None
    for place, event in enumerate(said):
        numbered = not style.buttons and bool(offering) and place == offering[-1]
        to = _link(event.card, public_url, link)
        found = to or found
        texts.append(_whole(event, phrases, to, numbered=numbered, buttons=style.buttons))
        if style.buttons and offers_of(event.card):
            offered = tuple(offers_of(event.card))
    pieces = _paged("\n\n".join(texts), style, phrases)
    last = len(pieces) - 1
    handoff = any((event.card or {}).get("type") == "handoff" for event in said)
    return [
        Part(
            text,
            choices=offered if place == last else (),
            link=found if found is not None and found in text else None,
            handoff=handoff and place == last,
        )
        for place, text in enumerate(pieces)
    ]


def offers_of(card: Card | None) -> list[Offer]:
    """What a card offers, in the order in which it is numbered."""
    listed = [*((card or {}).get("choices") or []), *((card or {}).get("related") or [])]
    return [Offer(str(one["title"]), str(one["payload"])) for one in listed]


def chosen(text: str, offers: Sequence[Offer]) -> Offer | None:
    """The offer that a citizen's number, or its very title, means; None for any other words."""
    words = unicodedata.normalize("NFKC", text).strip()
    for offer in offers:
        if words == unicodedata.normalize("NFKC", offer.title).strip():
            return offer
    number = _NUMBER.fullmatch(words)
    place = int(number[1]) if number else 0
    return offers[place - 1] if 0 < place <= len(offers) else None


def _link(card: Card | None, public_url: str, link: str | None) -> str | None:
    kind = (card or {}).get("type")
    if kind == "certificate" and card is not None:
        return public_url.rstrip("/") + str(card["url"])
    return link if kind == "sign_in" else None


def _whole(
    event: Shown, phrases: Phrases, link: str | None, *, numbered: bool, buttons: bool
) -> str:
    text = event.text.strip()
    said = _without_blanks(text)
    lines = [text]
    for line in lines_of(event.card, phrases, link) if event.card else []:
        # An answer's text often is its summary already.
        if _without_blanks(line) not in said:
            lines.append(line)
    if event.card and not buttons:
        lines += _choices(event.card, phrases, numbered=numbered)
    return "\n".join(lines)


def _choices(card: Card, phrases: Phrases, *, numbered: bool) -> list[str]:
    choices, related = card.get("choices") or [], card.get("related") or []
    form = "number" if numbered else "bullet"
    lines: list[str] = []
    for title, group, start in (
        ("choose" if numbered else "choices", choices, 1),
        ("related" if numbered else "choices", related, 1 + len(choices)),
    ):
        if group:
            lines.append(phrases.labels[title])
        for number, one in enumerate(group, start):
            lines.append(phrases.label(form, number=number, title=one["title"]))
    return lines


def _paged(text: str, style: Style, phrases: Phrases) -> list[str]:
    size = in_bytes if style.measure == "bytes" else in_characters
    if size(text) <= style.most:
        return [text]
    mark = phrases.label("page", page=99, pages=99) + "\n" + phrases.labels["go_on"]
    pieces = split(text, style.most - size(mark) - 1, size)
    pages = len(pieces)
    return [_page(piece, number, pages, phrases) for number, piece in enumerate(pieces, 1)]


def _page(piece: str, page: int, pages: int, phrases: Phrases) -> str:
    marked = piece + phrases.label("page", page=page, pages=pages)
    pauses = page % SHOWN_AT_ONCE == 0 and page < pages
    return marked + ("\n" + phrases.labels["go_on"] if pauses else "")


def _without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)
