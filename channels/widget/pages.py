"""The routes of the widget: loader, app, hashed files, and the full page `/chat`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from channels import refusals
from channels.doors import Parts, PartsDoor, check_origin
from channels.shapes import PROBLEMS
from channels.widget.bundle import FOR_EVER
from channels.widget.known_sites import SiteSettings, shown
from records.places.sites import Site

DEFAULT_SITE = "demo"
# Service centres load this address for years: it has to be fresh soon after an update.
LOADER_CACHE = "public, max-age=300"
SiteKey = Annotated[str, Query(max_length=64)]

router = APIRouter()


async def named_site(parts: Parts, key: str) -> Site:
    """The site with this key."""
    site = await parts.sites.find(key)
    if site is None:
        raise refusals.UnknownSite
    return site


@router.get("/api/chat/sites/{key}", tags=["chat"], responses=PROBLEMS)
async def read_site(key: str, request: Request, parts: PartsDoor) -> SiteSettings:
    """What a page may know about its site: greeting, hours, notice, theme, where a person is."""
    site = await named_site(parts, key)
    check_origin(request, parts.settings, site.origins)
    return shown(site)


@router.head("/w/v1/loader.js", include_in_schema=False)
@router.get("/w/v1/loader.js", include_in_schema=False)
async def loader(request: Request, parts: PartsDoor) -> Response:
    """What a service centre's page embeds; any page may fetch it, `integrity` included."""
    answer = parts.app_pages.bundle.answer("loader.js", request, LOADER_CACHE)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@router.head("/w/v1/assets/{name}", include_in_schema=False)
@router.get("/w/v1/assets/{name}", include_in_schema=False)
async def asset(name: str, request: Request, parts: PartsDoor) -> Response:
    """A built file; its name changes with its content."""
    return parts.app_pages.bundle.answer(f"assets/{name}", request, FOR_EVER)


@router.head("/w/v1/frame", include_in_schema=False)
@router.get("/w/v1/frame", include_in_schema=False)
async def frame(parts: PartsDoor, site: SiteKey = DEFAULT_SITE) -> Response:
    """The app inside another page."""
    return parts.app_pages.app(await named_site(parts, site), framed=True)


@router.head("/chat", include_in_schema=False)
@router.get("/chat", include_in_schema=False)
@router.head("/chat/", include_in_schema=False)
@router.get("/chat/", include_in_schema=False)
async def chat(parts: PartsDoor, site: SiteKey = DEFAULT_SITE) -> Response:
    """The app as a page of its own; without a built app the form that needs no scripts."""
    found = await named_site(parts, site)
    if parts.app_pages.bundle.script is None:
        return RedirectResponse(f"/chat/form?site={found.key}", 303)
    return parts.app_pages.app(found, framed=False)


@router.head("/chat/assets/{name}", include_in_schema=False)
@router.get("/chat/assets/{name}", include_in_schema=False)
async def page_asset(name: str, request: Request, parts: PartsDoor) -> Response:
    """A plain file of the pages that no build touches."""
    return parts.app_pages.plain.answer(name, request, LOADER_CACHE)
