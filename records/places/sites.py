"""Sites: the service centres' pages that may open conversations."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from records.database import Connection


@dataclass(frozen=True)
class Site:
    """A registered page: where it is, who may embed it, how much may come from one address.

    The shapes of `hours`, `holidays`, `notice`, `theme` and `features` are in `places.shapes`.
    """

    key: str
    name: str
    region: str | None = None
    greeting: str | None = None
    origins: tuple[str, ...] = ()
    messages_per_minute: int | None = None
    openings_per_minute: int | None = None
    phone: str = "12333"
    place: str | None = None
    address: str | None = None
    hours: Sequence[Mapping[str, Any]] = ()
    holidays: Sequence[Mapping[str, Any]] = ()
    notice: Mapping[str, Any] | None = None
    theme: Mapping[str, str] = field(default_factory=dict)
    features: Mapping[str, Any] = field(default_factory=dict)


_COLUMNS = """key, name, region, greeting, origins, messages_per_minute, openings_per_minute,
    phone, place, address, hours, holidays, notice, theme, features"""


async def find(db: Connection, key: str) -> Site | None:
    """The site with this key, if it is registered."""
    found = await db.execute(
        text(f"SELECT {_COLUMNS} FROM sites WHERE key = :key"),  # noqa: S608 - ours
        {"key": key},
    )
    row = found.first()
    return Site(**{**row._asdict(), "origins": tuple(row.origins)}) if row else None


async def listed(db: Connection) -> list[Site]:
    """Every site."""
    found = await db.execute(text(f"SELECT {_COLUMNS} FROM sites ORDER BY key"), {})  # noqa: S608
    return [Site(**{**row._asdict(), "origins": tuple(row.origins)}) for row in found]


async def origins(db: Connection) -> dict[str, frozenset[str]]:
    """For each site that may be embedded, the origins of its pages."""
    found = await db.execute(text("SELECT key, origins FROM sites WHERE origins <> '{}'"), {})
    return {row.key: frozenset(row.origins) for row in found}


async def register(db: Connection, key: str, name: str, region: str | None, now: datetime) -> None:
    """Make the site known; a known one stays as it is."""
    await db.execute(
        text("""
            INSERT INTO sites (key, name, region, created_at)
            VALUES (:key, :name, :region, :now) ON CONFLICT (key) DO NOTHING
        """),
        {"key": key, "name": name, "region": region, "now": now},
    )


async def put(db: Connection, site: Site, now: datetime) -> None:
    """Keep the site as it is given, whether it was known or not."""
    values: dict[str, Any] = {**asdict(site), "origins": list(site.origins), "now": now}
    for name in ("hours", "holidays", "theme", "features"):
        values[name] = json.dumps(values[name], ensure_ascii=False)
    values["notice"] = json.dumps(site.notice, ensure_ascii=False) if site.notice else None
    await db.execute(
        text("""
            INSERT INTO sites (key, name, region, greeting, origins, messages_per_minute,
                openings_per_minute, phone, place, address, hours, holidays, notice, theme,
                features, created_at)
            VALUES (:key, :name, :region, :greeting, :origins, :messages_per_minute,
                :openings_per_minute, :phone, :place, :address, CAST(:hours AS jsonb),
                CAST(:holidays AS jsonb), CAST(:notice AS jsonb), CAST(:theme AS jsonb),
                CAST(:features AS jsonb), :now)
            ON CONFLICT (key) DO UPDATE SET (name, region, greeting, origins, messages_per_minute,
                openings_per_minute, phone, place, address, hours, holidays, notice, theme,
                features) = (excluded.name, excluded.region, excluded.greeting, excluded.origins,
                excluded.messages_per_minute, excluded.openings_per_minute, excluded.phone,
                excluded.place, excluded.address, excluded.hours, excluded.holidays,
                excluded.notice, excluded.theme, excluded.features)
        """),
        values,
    )
