"""The last dry run is kept, so that the import itself does not read and judge the file again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from hashlib import sha256

from console.exchange.arriving import Plan
from console.knowledge.known import Known

# Who has not gone on by then has the file read again; thousands of items are not held for ever.
KEPT_SECONDS = 900


@dataclass(frozen=True)
class Trial:
    """What a dry run found, about which file and under which live knowledge."""

    mark: str
    file: str  # its digest
    known: Known
    plan: Plan


class Trials:
    """Holds one trial."""

    def __init__(self) -> None:
        self._held: Trial | None = None
        self._end: asyncio.TimerHandle | None = None

    def keep(self, trial: Trial) -> None:
        """Hold this one, and no other any more."""
        self._forget()
        self._held = trial
        self._end = asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget)

    def take(self, mark: str, file: str, known: Known) -> Plan | None:
        """Its plan, once; None where it was about something else."""
        held = self._held
        if held is None or (held.mark, held.file) != (mark, file) or held.known is not known:
            return None
        self._forget()
        return held.plan

    def _forget(self) -> None:
        if self._end is not None:
            self._end.cancel()
        self._held = self._end = None


def mark(file: str, plan: Plan) -> str:
    """What the import has to show: the same file, on the same versions as in the dry run."""
    told = [f"{one.entry}:{one.based_on}" for one in plan.arrivals]
    return sha256("\n".join([file, *told]).encode()).hexdigest()
