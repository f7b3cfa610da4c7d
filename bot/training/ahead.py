"""Learns in a process of its own while Rasa sees to the rest of the training.

Both take some seconds of a core, and neither needs the other before the model is packed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.training.forks import forked
from bot.training.lessons import USUAL, Configuration, learn_from


@dataclass(frozen=True)
class UnderWay:
    """What is being learnt, and where it will lie."""

    configured: Configuration
    folder: Path
    done: Future[None]


_UNDER_WAY: list[UnderWay] = []


@contextmanager
def learning_ahead(configured: Configuration) -> Iterator[None]:
    """Within it, `learn_into` takes what this configuration gives from the other process."""
    with tempfile.TemporaryDirectory() as told:
        folder = Path(told)
        with forked(lambda: _learn_into(configured, folder)) as learning:
            _UNDER_WAY.append(UnderWay(configured, folder, learning))
            try:
                yield
            finally:
                _UNDER_WAY.clear()


def learn_into(directory: Path, configured: Configuration) -> None:
    """Keep in `directory` what the configuration gives; what is under way is waited for."""
    wanted = {name: configured[name] for name in USUAL}
    for one in _UNDER_WAY:
        if one.configured == wanted:
            one.done.result()
            for file in one.folder.iterdir():
                shutil.move(file, directory / file.name)
            return
    _learn_into(wanted, directory)


def _learn_into(configured: Configuration, directory: Path) -> None:
    learn_from(configured).save(directory)
