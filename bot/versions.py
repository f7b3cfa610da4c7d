"""The versions of the answer index that are there: which ones, how two differ, another in use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.publishing import answer_index
from bot.publishing.workshop import PREVIOUS_FILE, Workshop
from bot.ranking.model import Model

MOST_LINES = 200


@dataclass(frozen=True)
class Versions:
    """What the workshop's folder holds."""

    shop: Workshop

    def listed(self) -> dict[str, Any]:
        """Every version whose signature holds, the latest first; the one in use, the one before."""
        shop = self.shop
        origin = shop.own().origin
        manifests = answer_index.manifests(shop.folder, shop.key)
        return {
            "current": answer_index.current(shop.folder),
            "previous": self.previous,
            "trained": origin,
            "versions": [
                {"version": one["version"], "fits": one.get("origin") == origin}
                for one in reversed(manifests)
            ],
        }

    @property
    def previous(self) -> str:
        """What was in use before; empty when nothing was."""
        file = self.shop.folder / PREVIOUS_FILE
        return file.read_text(encoding="utf-8").strip() if file.exists() else ""

    def compare(self, version: str) -> dict[str, Any]:
        """A version beside the one in use: wordings more and less, and what the gate says."""
        shop = self.shop
        with shop.turn:
            model, used = self._read(version), shop.used()
            verdict = shop.gate.judge(model, used)
        there, here = _pairs(model), _pairs(used)
        more, less = there - here, here - there
        return {
            "wordings": len(there),
            "more": len(more),
            "less": len(less),
            "added": _shown(more),
            "gone": _shown(less),
            **verdict.told(),
        }

    def activate(self, version: str) -> dict[str, Any]:
        """Have engines use a version that breaks nothing; the one before may always come back."""
        shop = self.shop
        with shop.turn:
            model = self._read(version)
            if version == self.previous:
                shop.activate(version)
                return {"activated": True, "reasons": []}
            verdict = shop.gate.judge(model, shop.used())
            if not verdict.reasons:
                shop.activate(version)
            return {"activated": not verdict.reasons, "reasons": verdict.reasons}

    def _read(self, version: str) -> Model:
        """The version's model, if it is there, is ours, and belongs to the model in use."""
        names = {one["version"] for one in self.listed()["versions"] if one["fits"]}
        if version not in names:
            raise answer_index.UntrustedIndex(version)
        return answer_index.read(self.shop.folder / version, self.shop.key, self.shop.own())


def _pairs(model: Model) -> set[tuple[str, str]]:
    items = model.wordings.items
    numbers = model.wordings.item_of.tolist()
    return {(items[number], text) for number, text in zip(numbers, model.texts, strict=True)}


def _shown(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [list(pair) for pair in sorted(pairs)[:MOST_LINES]]
