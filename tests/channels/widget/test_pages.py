"""What a browser is given: loader, app, settings of the site; how long it may keep them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from records.database import open_database
from records.places import sites
from records.places.sites import Site
from tests.conftest import Gateway

CENTRE = "https://centre.example.gov.cn"
HALL = Site(
    "hall",
    "南城服务大厅",
    greeting="您好",
    origins=(CENTRE,),
    place="南城大厅",
    address="南城路1号",
    hours=({"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:00"},),
    notice={"text": "系统升级", "level": "warning", "from": "2000-01-01", "to": "2100-01-01"},
    theme={"brand": "#1a4f8b"},
)


@pytest.fixture
async def hall(database_url: str) -> Site:
    """A site with everything."""
    await put(database_url, HALL)
    return HALL


async def put(database_url: str, site: Site) -> None:
    """Register it."""
    database = open_database(database_url)
    async with database.begin() as db:
        await sites.put(db, site, datetime.now(UTC))
    await database.dispose()


async def test_the_loader_may_be_fetched_by_any_page_and_is_soon_fresh(gateway: Gateway) -> None:
    loader = await gateway.http.get("/w/v1/loader.js")
    assert loader.status_code == 200
    assert "javascript" in loader.headers["content-type"]
    assert loader.headers["access-control-allow-origin"] == "*"
    assert loader.headers["cross-origin-resource-policy"] == "cross-origin"
    assert loader.headers["cache-control"] == "public, max-age=300"
    again = await gateway.http.get(
        "/w/v1/loader.js", headers={"If-None-Match": loader.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    told = await gateway.http.head("/w/v1/loader.js")
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["etag"] == loader.headers["etag"]


async def test_built_files_are_kept_for_ever_and_travel_compressed(gateway: Gateway) -> None:
    page = (await gateway.http.get("/chat")).text
    for path in re.findall(r'(?:src|href)="(/w/v1/assets/[^"]+)"', page):
        file = await gateway.http.get(path, headers={"Accept-Encoding": "gzip"})
        assert file.status_code == 200
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert file.headers["content-encoding"] == "gzip"
        assert file.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path", ["/w/v1/assets/nothing.js", "/w/v1/assets/..%2f..%2fpyproject.toml", "/w/v1/.vite/x"]
)
async def test_nothing_else_is_served(gateway: Gateway, path: str) -> None:
    assert (await gateway.http.get(path)).status_code == 404


async def test_the_frame_may_stand_on_the_sites_pages_alone(gateway: Gateway, hall: Site) -> None:
    frame = await gateway.http.get("/w/v1/frame?site=hall")
    policy = frame.headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors 'self' {CENTRE}")
    assert "unsafe" not in policy
    assert frame.headers["cache-control"] == "no-cache"
    assert "microphone=(self)" in frame.headers["permissions-policy"]
    other = await gateway.http.get("/w/v1/frame?site=demo")
    assert other.headers["content-security-policy"].endswith("frame-ancestors 'self'")


async def test_the_page_knows_its_site_without_asking(gateway: Gateway, hall: Site) -> None:
    page = (await gateway.http.get("/chat?site=hall")).text
    told = json.loads(re.findall(r'id="site">(.*?)</script>', page)[0])
    assert told["name"] == "南城服务大厅"
    assert told == (await gateway.http.get("/api/chat/sites/hall")).json()


async def test_a_sites_settings_are_public_but_not_to_other_pages(
    gateway: Gateway, hall: Site
) -> None:
    told = (await gateway.http.get("/api/chat/sites/hall", headers={"Origin": CENTRE})).json()
    assert told["phone"] == "12333"
    assert told["notice"] == {"text": "系统升级", "level": "warning"}
    assert told["hours"] == [{"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:00"}]
    assert told["open"] in (True, False)
    assert told["theme"] == {"brand": "#1a4f8b"}
    refused = await gateway.http.get(
        "/api/chat/sites/hall", headers={"Origin": "https://other.example"}
    )
    assert (refused.status_code, refused.json()["error"]) == (403, "origin_refused")


@pytest.mark.parametrize(
    "path", ["/api/chat/sites/nowhere", "/chat?site=nowhere", "/chat?site=%00"]
)
async def test_an_unknown_site_has_no_page(gateway: Gateway, path: str) -> None:
    refused = await gateway.http.get(path)
    assert (refused.status_code, refused.json()["error"]) == (404, "unknown_site")


async def test_a_notice_shows_only_in_its_days(gateway: Gateway, database_url: str) -> None:
    past = {"text": "旧", "level": "info", "from": "2001-01-01", "to": "2001-01-02"}
    await put(database_url, replace(HALL, key="past", notice=past))
    assert (await gateway.http.get("/api/chat/sites/past")).json()["notice"] is None


async def test_a_page_that_was_seen_opens_while_the_database_is_away(
    gateway: Gateway, hall: Site
) -> None:
    await gateway.http.get("/chat?site=hall")
    held = gateway.app.state.parts.sites._held
    held["hall"] = (0.0, held["hall"][1])
    await gateway.app.state.parts.database.dispose()

    class Away:
        def connect(self) -> None:
            raise OSError

    gateway.app.state.parts.sites._at_once = Away()
    page = await gateway.http.get("/chat?site=hall")
    assert page.status_code == 200
    assert "南城服务大厅" in page.text
