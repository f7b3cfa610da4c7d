"""Lays out the live knowledge folder from `data/`; what staff have published in it stays.

Staff publish items, their wordings and figures. All else belongs to the release that runs: words
that code reads, notices, rules, schemas. An older release's would not fit its code.
`python -m scripts.live_folder FOLDER` does it where no `make run` does.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("knowledge", "nlu")
# The console makes it at the first publication of a person.
EDITED = "edited"
# What the console writes, in each of its snapshots.
PUBLISHED = ("knowledge/items", "knowledge/parameters.yml", "nlu/faq", "publication.json")
# What the release brings, for the console to compare with what staff have.
RELEASE = "release"
# Where the live snapshot is laid out anew: in turns, as nothing that is read may change.
PLACES = ("snapshots", "renewed")


def lay_out(live: Path, data: Path = ROOT / "data") -> None:
    """Copy `data`; where staff have published, all but that, and `data` beside it."""
    current = live / "current"
    if (live / EDITED).exists() and current.exists():
        _copy(data, live / RELEASE)
        _renew(live, current.resolve(), data)
        return
    shutil.rmtree(live, ignore_errors=True)
    place = live / "snapshots/000000"
    _copy(data, place)
    current.symlink_to(place.relative_to(live))


def _renew(live: Path, snapshot: Path, data: Path) -> None:
    """Put the release's files around what was published; whoever reads finds the old or the new."""
    elsewhere = PLACES[1 - PLACES.index(snapshot.parent.name)]
    place = live / elsewhere / snapshot.name
    _copy(data, place)
    for name in PUBLISHED:
        _take(snapshot / name, place / name)
    link = live / "current.renewed"
    link.unlink(missing_ok=True)
    link.symlink_to(place.relative_to(live))
    link.replace(live / "current")


def _take(published: Path, to: Path) -> None:
    if to.is_dir():
        shutil.rmtree(to)
    to.unlink(missing_ok=True)
    if published.is_dir():
        shutil.copytree(published, to)
    elif published.exists():
        shutil.copy(published, to)


def _copy(data: Path, to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)
    for part in PARTS:
        shutil.copytree(data / part, to / part)


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
