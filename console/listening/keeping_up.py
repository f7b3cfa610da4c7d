"""What goes on beside the pages: wordings read, questions grouped, days counted, samples drawn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from console.doors import CHINA, Parts
from console.listening import open_data
from console.listening.gathering import AT_ONCE, gather
from records.questions import samples, tallies

log = logging.getLogger(__name__)

# Today's figures are a minute old at most; those of the days before change by late feedback only.
TODAY_EVERY, DAYS_EVERY = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Rhythm:
    """When the figures were last counted, and what is due now."""

    today: datetime | None = None
    days: datetime | None = None

    def due(self, now: datetime, stale: Sequence[date]) -> Sequence[date]:
        """The days to count now; whoever asks counts them."""
        if self.days is None or now - self.days >= DAYS_EVERY:
            self.days = self.today = now
            return stale
        if self.today is not None and now - self.today < TODAY_EVERY:
            return ()
        self.today = now
        return [one for one in stale if one == now.astimezone(CHINA).date()]


async def keep_up(parts: Parts) -> None:
    """For ever; what fails is tried again."""
    rhythm = Rhythm()
    while True:
        more = False
        try:
            more = await gather(parts.database, parts.now()) == AT_ONCE
            await _read(parts)
            await _count(parts, rhythm)
            await _draw(parts)
            await _publish(parts)
        except (SQLAlchemyError, psycopg.Error, OSError) as problem:
            log.error("listening failed", extra={"cause": type(problem).__name__})
        await asyncio.sleep(0 if more else parts.settings.schedule_seconds)


async def _read(parts: Parts) -> None:
    """What was saved is in the index of wordings before somebody opens the next item."""
    async with parts.database.connect() as db:
        await parts.wordings.index(db)


async def _count(parts: Parts, rhythm: Rhythm) -> None:
    now = parts.now()
    async with parts.database.connect() as db:
        stale = await tallies.stale(db, now.astimezone(CHINA).date())
    for one in rhythm.due(now, stale):
        async with parts.database.begin() as db:
            await tallies.count(db, one)


async def _draw(parts: Parts) -> None:
    """Last week's sample, as soon as the week is over."""
    today = parts.now().astimezone(CHINA).date()
    week = samples.monday(today) - timedelta(days=7)
    async with parts.database.connect() as db:
        if await samples.drawn(db, week):
            return
    async with parts.database.begin() as db:
        drawn = await samples.draw(db, week, parts.settings.quality_sample)
        if drawn:
            await parts.note(db, "schedule", "draw", f"sample:{week}", questions=drawn)


async def _publish(parts: Parts) -> None:
    today = parts.now().astimezone(CHINA).date()
    folder = parts.settings.open_data_dir
    month = open_data.due(folder, today)
    if month is not None:
        await publish(parts, month)


async def publish(parts: Parts, month: date) -> None:
    """Write the open data of a month and say so in the audit log."""
    settings = parts.settings
    regions = {code: str(one["short"]) for code, one in parts.library.now().regions.items()}
    rows = await open_data.publish(
        *(parts.database, settings.open_data_dir, month, settings.open_data_least),
        *(parts.writing.words["columns"], regions),
    )
    if rows is None:
        return
    async with parts.database.begin() as db:
        await parts.note(db, "schedule", "open_data", f"{month:%Y-%m}", rows=rows)
