"""What some service centres know before all others: a folder of its own, and whose turn it is."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from actions.knowledge.answers import Knowledge

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
# The site of the turn that is answered now. Knowledge is asked for in two dozen places that have
# no other interest in who asks; each turn runs in a task, and so in a context, of its own.
SITE: ContextVar[str] = ContextVar("site", default="")


@dataclass
class Pilot:
    """The folder that the console puts a pilot in; mostly there is none."""

    folder: Path
    read: Callable[[Path], Knowledge]
    _place: Path | None = field(init=False, default=None)
    _sites: frozenset[str] = field(init=False, default=frozenset())
    _knowledge: Knowledge | None = field(init=False, default=None)
    _looked: float = field(init=False, default=0.0)
    _reading: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    async def now(self) -> Knowledge | None:
        """The pilot's knowledge if this turn's site has it."""
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            async with self._reading:
                await self._look()
        return self._knowledge if SITE.get() in self._sites else None

    async def _look(self) -> None:
        self._looked = time.monotonic()
        place = self.folder.resolve() if self.folder.exists() else None
        if place == self._place:
            return
        self._place, self._sites, self._knowledge = place, frozenset(), None
        if place is None:
            return
        try:
            told = json.loads((place / "publication.json").read_text(encoding="utf-8"))
            self._knowledge = await asyncio.to_thread(self.read, place / "knowledge")
            self._sites = frozenset(map(str, told["sites"]))
            log.info("a pilot is in use")
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as problem:
            log.error("the pilot is broken and left aside: %s", type(problem).__name__)
