"""The live knowledge folder: numbered snapshots, and `current`, which points at one of them.

Whoever reads goes through `current`. A snapshot is written beside the others and never changed;
putting `current` on it is one rename, so a reader sees the old one or the new one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Older ones can be written again from the database.
KEPT = 20
PARTS = ("knowledge", "nlu")
# Where the indexer looks for what it is to judge.
CANDIDATES = "candidates"
# What some sites have before all others, where there is such a thing.
PILOT = "pilot"


@dataclass(frozen=True)
class LiveFolder:
    """Where it is."""

    root: Path

    @property
    def current(self) -> Path:
        """The knowledge as it is live."""
        return self.root / "current"

    @property
    def release(self) -> Path:
        """What the release that runs brings, beside what staff have published."""
        return self.root / "release"

    @property
    def number(self) -> int | None:
        """The number of the snapshot that is live; None before there is one."""
        return int(self.current.readlink().name) if self.current.is_symlink() else None

    def write(self, number: int, files: Mapping[str, str]) -> None:
        """Make the snapshot `number`: the live one with `files` (path → text) put in; go live."""
        place = self.root / "snapshots" / f"{number:06d}"
        self._lay(place, files)
        self._point_at(place)
        self._forget()

    def lay_candidate(self, name: str, files: Mapping[str, str]) -> None:
        """Write what would be live beside it, for the gate to look at."""
        (self.root / CANDIDATES).mkdir(exist_ok=True)
        self._lay(self.root / CANDIDATES / name, files)

    def drop_candidate(self, name: str) -> None:
        """Take it away again."""
        shutil.rmtree(self.root / CANDIDATES / name, ignore_errors=True)

    @property
    def pilot(self) -> int | None:
        """The candidate that some sites have already."""
        link = self.root / PILOT
        return int(link.readlink().name) if link.is_symlink() else None

    def begin_pilot(self, number: int, files: Mapping[str, str]) -> None:
        """Write what some sites shall have, and let it be found."""
        (self.root / "pilots").mkdir(exist_ok=True)
        place = self.root / "pilots" / str(number)
        self._lay(place, files)
        self._link(PILOT, place)

    def end_pilot(self) -> None:
        """Let everybody have the same."""
        (self.root / PILOT).unlink(missing_ok=True)
        shutil.rmtree(self.root / "pilots", ignore_errors=True)

    def _lay(self, place: Path, files: Mapping[str, str]) -> None:
        building = place.with_suffix(f".{os.getpid()}")
        shutil.rmtree(building, ignore_errors=True)
        for part in PARTS:
            shutil.copytree(self.current / part, building / part, copy_function=os.link)
        for name, text in files.items():
            file = building / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)  # it is a link to the file of the snapshot before
            with file.open("x", encoding="utf-8", newline="\n") as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
        shutil.rmtree(place, ignore_errors=True)
        building.rename(place)

    def mark_edited(self) -> None:
        """From now on this is what staff published, and no copy of `data/` replaces it."""
        (self.root / "edited").touch()

    def _point_at(self, place: Path) -> None:
        self._link("current", place)

    def _link(self, name: str, place: Path) -> None:
        link = self.root / f"{name}.{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(place.relative_to(self.root))
        link.replace(self.root / name)

    def _forget(self) -> None:
        places = sorted(one for one in (self.root / "snapshots").iterdir() if one.name.isdecimal())
        for place in places[:-KEPT]:
            if int(place.name) != self.number:
                shutil.rmtree(place, ignore_errors=True)
