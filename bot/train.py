"""Trains the model from `data/`: `python -m bot.train models/wenbao.tar.gz`."""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

from bot.training.ahead import learning_ahead
from bot.training.lessons import configuration


def main(target: Path) -> int:
    """Train and write `target`; 1 when Rasa gives no model.

    The understanding is learnt beside Rasa's part, which takes it over (`QuestionRanker.train`).
    """
    started = time.perf_counter()
    with learning_ahead(configuration()):
        model = _train(target)
    if model is None:
        return 1
    sys.stdout.write(f"  {model} in {time.perf_counter() - started:.1f} s\n")
    return 0


def _train(target: Path) -> str | None:
    """Rasa's part, and the model's file if there is one."""
    # At Rasa's usual level each step draws bars of progress, a screen full of them.
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    import bot.serving.without_tensorflow  # noqa: F401  first of all: it decides what Rasa imports

    # isort: split
    import structlog
    from rasa.engine.storage import local_model_storage
    from rasa.model_training import train

    # Rasa tells every step of its rules at its debug level, thousands of lines.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    local_model_storage.TarSafe = _unpacked(local_model_storage.TarSafe)
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    trained = train(
        domain=["domain.yml", "data/domain"],
        config="config.yml",
        training_files=_dialogue(Path("data")),
        output=str(target.parent),
        fixed_model_name=target.name.removesuffix(".tar.gz"),
        force_training=True,
    )
    return str(trained.model) if trained.model else None


def _unpacked(archive: Any) -> Any:
    """Archives as Rasa's, but nothing in them is made smaller.

    gzip would halve them in two seconds of each training, and half a second of each start.
    """

    class Unpacked(archive):
        @classmethod
        def gzopen(
            cls,
            name: Any,
            mode: str = "r",
            fileobj: Any = None,
            compresslevel: int = 0,
            **more: Any,
        ) -> Any:
            return super().gzopen(name, mode, fileobj, compresslevel, **more)

    return Unpacked


def _dialogue(data: Path) -> list[str]:
    """What Rasa itself learns from: the ranker reads all wordings without it.

    Some it must see, or it trains no understanding at all.
    """
    return [str(data / part) for part in ("nlu/dialogue.yml", "rules", "stories")]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
