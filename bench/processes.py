"""Starts a server, waits until it answers, weighs it, and ends it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil


@dataclass(frozen=True)
class Running:
    """A server that answers, and the seconds from its start until it did."""

    pid: int
    seconds_to_start: float

    def megabytes(self) -> float:
        """Resident memory of the process and its children."""
        process = psutil.Process(self.pid)
        family = [process, *process.children(recursive=True)]
        return float(sum(one.memory_info().rss for one in family) / 2**20)


class DidNotStart(Exception):
    """A server under measurement did not come up."""


@contextmanager
def running(
    command: list[str], url: str, folder: Path, settings: Mapping[str, str], seconds: float = 180
) -> Iterator[Running]:
    """The server `command`, ready as soon as `url` answers with a status below 500."""
    started = time.perf_counter()
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **settings}, stdout=log, stderr=log
        )
    try:
        _wait(process, url, started + seconds)
        yield Running(process.pid, time.perf_counter() - started)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def seconds_of(command: list[str], folder: Path, settings: Mapping[str, str]) -> float:
    """Run `command` to its end; the whole process, imports included."""
    started = time.perf_counter()
    with (folder / "train.log").open("wb") as log:
        subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
            check=True,
        )
    return time.perf_counter() - started


def _wait(process: subprocess.Popen[bytes], url: str, until: float) -> None:
    while time.perf_counter() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=2).status_code < 500:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise DidNotStart(url)
