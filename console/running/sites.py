"""The service centres' pages: their embed code, what they show, and notices in an emergency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from console.doors import CHINA, Desk, Operator, Reader
from console.refusals import Blocked, NotFound, Wanted
from records.places import sites
from records.places.shapes import NotASite, SiteNotice, fields_of, read_site
from records.places.sites import Site

MOST_TOLD = 300

router = APIRouter(prefix="/operations")


@router.get("/sites")
async def find(desk: Reader) -> Response:
    """Every site, and the notice that can stand on many at once."""
    async with desk.parts.database.connect() as db:
        found = await sites.listed(db)
    return await desk.page(
        "sites.html", found=found, shown=_shown(desk, found), known=desk.parts.library.now()
    )


@router.post("/sites")
async def begin(desk: Operator) -> Response:
    """Register a site."""
    site = _read(desk, {"key": desk.said("key"), "name": desk.said("name")})
    async with desk.change() as db:
        there = await sites.find(db, site.key)
        if there is not None:
            raise Wanted("key_taken", key=there.key, name=there.name)
        await sites.put(db, site, desk.now)
        await desk.note(db, "save", f"site:{site.key}")
    return RedirectResponse(f"/operations/sites/{site.key}", 303)


@router.post("/notices")
async def notify(desk: Operator) -> Response:
    """Put a notice on sites, or take it away; pages show it within half a minute."""
    keys = {one for one in desk.form.getlist("site") if isinstance(one, str)}
    notice = _notice(desk) if desk.said("text").strip() else None
    async with desk.change() as db:
        chosen = [one for one in await sites.listed(db) if one.key in keys]
        if not chosen or len(chosen) != len(keys):
            raise Wanted("ticks" if keys else "notice_sites")
        for one in chosen:
            await sites.put(db, replace(one, notice=notice), desk.now)
        act = "notice" if notice else "notice_off"
        await desk.note(db, act, "sites", keys=" ".join(sorted(keys))[:MOST_TOLD])
    return RedirectResponse("/operations/sites", 303)


@router.get("/sites/{key}")
async def show(key: str, desk: Reader) -> Response:
    """One site: the line that embeds it, and its form."""
    async with desk.parts.database.connect() as db:
        site = await sites.find(db, key.replace("\0", ""))
    if site is None:
        raise NotFound
    return await desk.page(
        "site.html",
        site=site,
        public=desk.parts.settings.public_url.rstrip("/"),
        known=desk.parts.library.now(),
    )


@router.post("/sites/{key}")
async def save(key: str, desk: Operator) -> Response:
    """Keep what the form says; hours, holidays and colours stay as the site's file has them."""
    async with desk.change() as db:
        old = await sites.find(db, key.replace("\0", ""))
        if old is None:
            raise NotFound
        told: dict[str, Any] = {name: desk.said(name).strip() or None for name in _FIELDS}
        told |= {"origins": desk.said("origins").split(), "phone": told["phone"] or "12333"}
        site = _read(desk, {**_written(old), **told})
        await sites.put(db, site, desk.now)
        changed = [name for name, value in asdict(old).items() if value != asdict(site)[name]]
        await desk.note(db, "save", f"site:{key}", fields=" ".join(changed))
    return RedirectResponse(f"/operations/sites/{key}", 303)


_FIELDS = ("name", "region", "greeting", "phone", "place", "address")


def _written(site: Site) -> dict[str, Any]:
    return {**asdict(site), "origins": list(site.origins)}


def _read(desk: Desk, told: dict[str, Any]) -> Site:
    try:
        return read_site(told)
    except NotASite as problem:
        raise Blocked(_wrong(desk, problem.fields)) from problem


def _wrong(desk: Desk, fields: Sequence[str]) -> str:
    """What each field has to be, in words."""
    words = desk.parts.writing.words["site_wrong"]
    return " ".join(words.get(name) or words["other"].format(name=name) for name in fields)


def _notice(desk: Desk) -> dict[str, Any]:
    told = {
        "text": desk.said("text").strip(),
        "level": desk.said("level", "info"),
        "from": desk.said("from") or None,
        "to": desk.said("to") or None,
    }
    try:
        notice = SiteNotice.model_validate(told)
    except ValidationError as problem:
        raise Blocked(_wrong(desk, fields_of(problem))) from problem
    if notice.since and notice.until and notice.since > notice.until:
        raise Blocked(_wrong(desk, ["order"]))
    return notice.model_dump(mode="json", by_alias=True)


def _shown(desk: Desk, found: list[Site]) -> set[str]:
    """On which sites the notice stands today."""
    today = desk.now.astimezone(CHINA).date().isoformat()
    return {
        one.key
        for one in found
        if one.notice
        and (one.notice.get("from") or today) <= today <= (one.notice.get("to") or today)
    }
