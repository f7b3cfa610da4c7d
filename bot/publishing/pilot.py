"""A version that some service centres have before all others: who has it, and which it is.

The file `pilot` beside `current` in the folder of the answer index says so in one line of JSON:
`{"version", "sites", "candidate"}`. Without it, or with a broken one, everybody has the same.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

from bot.publishing import answer_index
from bot.publishing.answer_index import LOOK_SECONDS
from bot.ranking.model import Model

log = logging.getLogger(__name__)
PILOT_FILE = "pilot"


@dataclass(frozen=True)
class Pilot:
    """The version and the keys of the sites that have it."""

    version: str
    sites: tuple[str, ...]
    candidate: int


def running(folder: Path) -> Pilot | None:
    """The pilot that goes on."""
    try:
        told = json.loads((folder / PILOT_FILE).read_text(encoding="utf-8"))
        return Pilot(str(told["version"]), tuple(map(str, told["sites"])), int(told["candidate"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        log.error("the pilot is not readable and left aside")
        return None


def begin(folder: Path, pilot: Pilot) -> None:
    """Have engines use the version for its sites."""
    fresh = folder / f".{PILOT_FILE}.{os.getpid()}"
    fresh.write_text(json.dumps(pilot.__dict__), encoding="utf-8")
    fresh.replace(folder / PILOT_FILE)


def end(folder: Path) -> None:
    """Have engines use the same for everybody."""
    (folder / PILOT_FILE).unlink(missing_ok=True)


class PilotIndex:
    """The model of the sites that have a pilot; looks for one ten times a second at most."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key
        self._looked = -LOOK_SECONDS
        self._seen: Pilot | None = None
        self._model: Model | None = None

    def model(self, site: str, used: Model) -> Model | None:
        """The model for a site, made from the one in `used`; None where there is none."""
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            self._look(used)
        return self._model if self._seen and site in self._seen.sites else None

    def version(self, site: str) -> str:
        """The version of that model; empty where there is none."""
        if self._model is None or self._seen is None or site not in self._seen.sites:
            return ""
        return self._seen.version

    def _look(self, used: Model) -> None:
        pilot = running(self._folder)
        if pilot == self._seen:
            return
        self._seen, self._model = pilot, None
        if pilot is None:
            return
        try:
            self._model = answer_index.read(self._folder / pilot.version, self._key, used)
            log.info("pilot %s is in use", pilot.version)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            log.error("pilot refused: %s", type(problem).__name__)


def from_environment() -> PilotIndex | None:
    """The pilots in the folder that `ANSWER_INDEX` names."""
    folder, key = os.environ.get("ANSWER_INDEX"), os.environ.get("ANSWER_INDEX_KEY", "")
    return PilotIndex(Path(folder), key.encode()) if folder and key else None
