"""Brings the understanding to what the live folder says, whenever that changes.

What the console had checked is signed already and only has to be activated. What it took back
(a rollback) is built and activated whatever the gate says: the earlier truth is the truth again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.memory import give_back
from bot.publishing import answer_index, pilot
from bot.publishing.content import files, publication, publication_of
from bot.publishing.pilot import Pilot
from bot.publishing.update import update
from bot.publishing.workshop import Built, Workshop
from bot.ranking.model import Model

WATCH_SECONDS = 0.2
ROLLBACK = "rollback"

Say = Callable[[str], None]


@dataclass
class Watcher:
    """What it has seen, and what engines use because of it."""

    shop: Workshop
    say: Say
    settled: str = ""  # the fingerprint that is understood
    refused: str = ""
    number: int = 0  # of the publication that is understood
    wake: threading.Event = field(default_factory=threading.Event)

    def follow(self) -> None:
        """Look at the live folder for ever; what fails is tried again with the next change."""
        seen: object = None
        while True:
            now = _stamp(self.shop.data), _stamp(self.pilot)
            if now != seen:
                seen = now
                try:
                    self.settle()
                    self.settle_pilot()
                    self.shop.remember()
                    give_back()
                except (OSError, ValueError, KeyError, TypeError) as problem:
                    self.say(f"not built: {type(problem).__name__}")
            self.wake.wait(WATCH_SECONDS)
            self.wake.clear()  # before the look: what comes meanwhile is seen the next time

    def settle(self) -> None:
        """Have engines understand what stands in the folder now."""
        shop, (number, kind) = self.shop, publication(self.shop.data)
        data = shop.content.fingerprint(shop.data)
        if data not in (self.settled, self.refused):
            with shop.first(shop.data):
                self._bring(data, forced=kind == ROLLBACK)
        if data == self.settled:
            self.number = number

    @property
    def pilot(self) -> Path:
        """Where the console puts what some sites shall have first; often nothing is there."""
        return self.shop.data.parent / "pilot"

    def settle_pilot(self) -> None:
        """Have engines understand for the pilot's sites what stands there, if it was judged."""
        shop, told = self.shop, publication_of(self.pilot)
        sites, candidate = told.get("sites"), told.get("number")
        if not sites or not candidate:
            pilot.end(shop.folder)
            return
        with shop.turn:
            data, origin = shop.content.fingerprint(self.pilot), shop.own().origin
            version = answer_index.made_for(shop.folder, shop.key, data, origin)
        if version:
            pilot.begin(shop.folder, Pilot(version, tuple(map(str, sites)), int(candidate)))
            self.say(f"{version} is in use at {len(sites)} sites")
        else:
            pilot.end(shop.folder)
            self.say("the pilot was not judged and is left aside")

    def _bring(self, data: str, *, forced: bool) -> None:
        shop = self.shop
        used = shop.used()
        version = answer_index.made_for(shop.folder, shop.key, data, used.origin)
        if version:
            if version != answer_index.current(shop.folder):
                shop.activate(version)
            self._settle(data, version)
        elif used is shop.own() and not self._news(used):
            self.settled = data
        else:
            self._built(data, shop.build(shop.data, forced=forced))

    def _news(self, used: Model) -> bool:
        """Whether the folder says anything that the model was not trained with."""
        gate = self.shop.gate
        model, change = update(used, self.shop.data, gate.words, gate.vectors)
        return bool(change.added or change.gone or model.by_heart != used.by_heart)

    def _built(self, data: str, built: Built) -> None:
        self.say(report(built))
        if built.version:
            self.shop.activate(built.version)
            self._settle(data, built.version)
        else:
            self.refused = data

    def _settle(self, data: str, version: str) -> None:
        self.settled, self.refused = data, ""
        self.say(f"{version} is in use")


def report(built: Built) -> str:
    """What was made and what the gate says, for the log."""
    change, verdict = built.change, built.verdict
    lines = [
        f"{built.version or 'refused'}: {change.added} wordings more, {change.gone} less,"
        f" {built.seconds:.1f} s; {verdict.right} of {verdict.questions} questions right"
    ]
    lines += [f"  broken: {one.question} ({one.expected})" for one in verdict.broken]
    lines += [f"  lost: {one.item}, {len(one.wordings)} of {one.asked}" for one in verdict.lost]
    lines += [
        f"  the same: {one.wording} ({one.item}), {one.like} ({one.other})"
        for one in verdict.collisions
        if one.same
    ]
    return "\n".join(lines)


def _stamp(data: Path) -> tuple[object, ...]:
    """When which wordings and items were last written, and where they lie."""
    root = data.resolve()
    return (root, *((file, *_written(file)) for file in files(root)))


def _written(file: Path) -> tuple[int, int]:
    try:
        about = file.stat()
    except OSError:
        return 0, 0  # it went away meanwhile: the next look sees how things are
    return about.st_mtime_ns, about.st_size
