"""An engine and the indexer that belongs to it: what runs for one model, under one number."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.supervision import Program

ROOT = Path(__file__).resolve().parent.parent
ENGINE_PYTHON = ROOT / ".venv/engine/bin/python"
LOOPBACK = "127.0.0.1"
# No key of the vault among them: the engine sees no personal data.
ENGINE_SETTINGS = ("REDIS_URL", "ACTIONS_URL", "ANSWER_INDEX", "ANSWER_INDEX_KEY")
# The door of the indexer, at which the console has candidates judged; it stays where it is.
WORKSHOP_SETTINGS = ("WORKSHOP_URL", "WORKSHOP_TOKEN")
MODELS_KEPT = 4
FILE = "engine.json"


@dataclass(frozen=True)
class Serving:
    """The engine that serves now, and what the next one needs to know."""

    number: int
    url: str
    model: str
    live: str  # the folder of what staff have published
    database_url: str
    settings: Mapping[str, str]

    @property
    def names(self) -> tuple[str, str]:
        """Its programs: the engine, the indexer."""
        return f"engine-{self.number}", f"indexer-{self.number}"


def programs(serving: Serving) -> tuple[Program, Program]:
    """The engine on its model, and what makes published wordings live in it."""
    engine, indexer = serving.names
    python = [str(ENGINE_PYTHON), "-W", "ignore", "-m"]
    port = serving.url.rsplit(":", 1)[1]
    needed = ("ANSWER_INDEX", "ANSWER_INDEX_KEY", "WORKSHOP_TOKEN")
    index = {name: serving.settings[name] for name in needed}
    serve = [*python, "bot.server", "--rasa-model", serving.model, "--port", port]
    watch = [*python, "bot.index", "watch", "--data", serving.live, "--model", serving.model]
    watch += ["--port", serving.settings["WORKSHOP_URL"].rsplit(":", 1)[1]]
    told = {name: serving.settings[name] for name in ENGINE_SETTINGS}
    # The indexer, which judges what staff publish, comes up last: nobody waits for it.
    return Program(engine, serve, told, 30), Program(indexer, watch, index, 60)


def own_copy(model: Path, data: Path) -> Path:
    """A copy that no training touches; of older ones some are kept to go back to."""
    home = data / "models"
    home.mkdir(parents=True, exist_ok=True)
    copied = home / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.tar.gz"
    shutil.copyfile(model, copied)
    for old in sorted(home.glob("*.tar.gz"))[:-MODELS_KEPT]:
        old.unlink()
    return copied


def write(run: Path, serving: Serving) -> None:
    """Note which engine serves."""
    fresh = run / f".{FILE}"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(serving)), encoding="utf-8")
    fresh.replace(run / FILE)


def read(run: Path) -> Serving:
    """Which engine serves; `FileNotFoundError` where no stack was started."""
    return Serving(**json.loads((run / FILE).read_text(encoding="utf-8")))
