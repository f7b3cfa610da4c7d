"""The sites as their pages need them, remembered, so that pages open while the database is away."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.journey.inbox import is_plain
from records.database import each_at_once
from records.places import sites
from records.places.opening_hours import CHINA, is_open
from records.places.shapes import Features
from records.places.sites import Site

SECONDS_HELD = 30.0
MOST_HELD = 1000


class ShownNotice(BaseModel):
    """What stands above everything now."""

    text: str
    level: Literal["info", "warning"]


class SiteSettings(BaseModel):
    """What a page may know about its site."""

    key: str
    name: str
    region: str | None
    greeting: str | None
    phone: str
    place: str | None
    address: str | None
    hours: list[dict[str, Any]]
    holidays: list[dict[str, Any]]
    open: bool | None
    notice: ShownNotice | None
    theme: dict[str, str]
    features: Features
    origins: list[str]


class KnownSites:
    """Holds each site for half a minute, and longer while the database is away."""

    def __init__(self, database: AsyncEngine) -> None:
        self._at_once = each_at_once(database)
        self._held: dict[str, tuple[float, Site | None]] = {}

    async def find(self, key: str) -> Site | None:
        """The site; an error only when the database is away and we never saw it."""
        until, held = self._held.get(key, (0.0, None))
        if time.monotonic() < until or not is_plain(key) or len(key) > 64:
            return held
        try:
            async with self._at_once.connect() as db:
                held = await sites.find(db, key)
        except (SQLAlchemyError, OSError):
            if held is None:
                raise
            self._held[key] = (time.monotonic() + 1, held)
            return held
        if len(self._held) >= MOST_HELD:
            self._held.clear()
        self._held[key] = (time.monotonic() + SECONDS_HELD, held)
        return held


def shown(site: Site, now: datetime | None = None) -> SiteSettings:
    """What the site's pages may know now."""
    now = now or datetime.now(UTC)
    return SiteSettings(
        key=site.key,
        name=site.name,
        region=site.region,
        greeting=site.greeting,
        phone=site.phone,
        place=site.place,
        address=site.address,
        hours=[dict(one) for one in site.hours],
        holidays=[dict(one) for one in site.holidays],
        open=is_open(site.hours, site.holidays, now) if site.hours else None,
        notice=_notice(site.notice, now),
        theme=dict(site.theme),
        features=Features.model_validate(dict(site.features)),
        origins=list(site.origins),
    )


def _notice(notice: Mapping[str, Any] | None, now: datetime) -> ShownNotice | None:
    if notice is None:
        return None
    today = now.astimezone(CHINA).date().isoformat()
    if (notice.get("from") or today) <= today <= (notice.get("to") or today):
        return ShownNotice(text=notice["text"], level=notice["level"])
    return None
