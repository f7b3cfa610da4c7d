"""A candidate that some sites have before all others, until it is published or taken back."""

from __future__ import annotations

import asyncio
import json

from console.doors import Parts
from console.judging import change
from console.knowledge.publication import PUBLICATION_FILE
from console.refusals import NotFound
from records.staff import candidates
from records.staff.candidates import Candidate

PILOT = "pilot"


async def begin(parts: Parts, candidate: Candidate, texts: dict[str, str]) -> None:
    """Let its sites have it, in place of any earlier pilot."""
    async with parts.pilot_turn:
        async with parts.database.begin() as db:
            await candidates.end_pilots(db, parts.now())
            await candidates.settle(db, candidate.id, "piloting", parts.now())
            what, sites = f"candidate:{candidate.id}", list(candidate.sites)
            await parts.note(db, candidate.staff, "begin_pilot", what, sites=sites)
        await _write(parts, candidate, texts)


async def end(parts: Parts, number: int, who: str) -> None:
    """Take it back from its sites."""
    async with parts.database.begin() as db:
        piloting = await candidates.piloting(db)
        if piloting is None or piloting.id != number:
            raise NotFound
        await candidates.end_pilots(db, parts.now())
        await parts.note(db, who, "end_pilot", f"candidate:{number}")
    await settle(parts)


async def settle(parts: Parts) -> None:
    """Have the folder show the pilot that there is, and none after a publication."""
    async with parts.pilot_turn:
        async with parts.database.connect() as db:
            piloting = await candidates.piloting(db)
            if parts.live.pilot == (piloting.id if piloting else None):
                return
            versions = piloting.versions if piloting else {}
            texts = await change.files(db, await change.coming(db, versions))
        if piloting is None:
            await asyncio.to_thread(parts.live.end_pilot)
        else:
            await _write(parts, piloting, texts)


async def _write(parts: Parts, candidate: Candidate, texts: dict[str, str]) -> None:
    about = {"number": candidate.id, "kind": PILOT, "sites": list(candidate.sites)}
    told = {**texts, PUBLICATION_FILE: json.dumps(about)}
    await asyncio.to_thread(parts.live.begin_pilot, candidate.id, told)
