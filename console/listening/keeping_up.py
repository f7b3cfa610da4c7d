"""What goes on beside the pages: new questions are grouped."""

from __future__ import annotations

import asyncio
import logging

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from console.doors import Parts
from console.listening.gathering import AT_ONCE, gather

log = logging.getLogger(__name__)


async def keep_up(parts: Parts) -> None:
    """For ever; what fails is tried again."""
    while True:
        more = False
        try:
            more = await gather(parts.database, parts.now()) == AT_ONCE
        except (SQLAlchemyError, psycopg.Error, OSError) as problem:
            log.error("listening failed", extra={"cause": type(problem).__name__})
        await asyncio.sleep(0 if more else parts.settings.schedule_seconds)
