"""Where a finding is explained: its FAQ items to tap, and where the rules stand written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from actions.knowledge.answers import Item, Knowledge
from actions.knowledge.sources import Citation
from actions.record.findings import PREFIX, Finding
from actions.talk import cards
from actions.talk.reply import Reply

MOST_ITEMS = 5


def told(found: Iterable[Finding]) -> list[Reply]:
    """One sentence for each finding."""
    return [Reply(one.response, one.values) for one in found]


def with_basis(replies: Sequence[Reply], knowledge: Knowledge) -> list[Reply]:
    """The replies, and behind them what their findings rest on, if there are any."""
    pointers: Mapping[str, Mapping[str, str]] = knowledge.phrases.words["findings"]
    kinds = [one.response.removeprefix(PREFIX) for one in replies]
    chosen = [pointers[kind] for kind in dict.fromkeys(kinds) if kind in pointers]
    items: dict[str, Item] = {}
    bases: dict[str, None] = {}
    for pointer in chosen:
        item = knowledge.items.get(pointer["item"])
        if item is not None:
            items[item.id] = item
            bases[_basis(_cited(item, pointer.get("source")), knowledge)] = None
    if not items:
        return list(replies)
    offered = [cards.item_choice(one) for one in list(items.values())[:MOST_ITEMS]]
    basis = knowledge.phrases.listed(bases)
    return [*replies, Reply("utter_record_basis", {"basis": basis}, cards.choices(offered))]


def _cited(item: Item, source: str | None) -> Citation:
    named = (one for one in item.citations if one.source.id == source)
    return next(named, item.citations[0])


def _basis(cited: Citation, knowledge: Knowledge) -> str:
    source = cited.source
    return knowledge.phrases.basis(source.title, source.document, cited.article)
