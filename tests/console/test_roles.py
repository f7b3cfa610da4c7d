"""Every role on every route: what is allowed is listed here, everything else is refused."""

from __future__ import annotations

import re

import httpx
import psycopg
import pytest
import yaml
from fastapi.routing import APIRoute

from console.pages import ROUTERS
from console.roles import ROLES
from console.writing import Writing
from tests.console.conftest import Console
from tests.console.folder import ROOT

EVERYBODY = set(ROLES)
WRITERS = {"editor", "reviewer", "publisher"}
AGENTS = {"agent", "supervisor"}
LISTENERS = {"editor", "reviewer", "auditor"}
ALLOWED: dict[tuple[str, str], set[str]] = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/items"): EVERYBODY,
    ("GET", "/items/new"): {"editor"},
    ("POST", "/items/new"): {"editor"},
    ("POST", "/items/submit"): {"editor"},
    ("GET", "/items/{item}"): EVERYBODY,
    ("POST", "/items/{item}"): {"editor"},
    ("POST", "/items/{item}/look"): {"editor"},
    ("POST", "/items/{item}/said"): EVERYBODY,
    ("GET", "/items/{item}/history"): EVERYBODY,
    ("GET", "/items/{item}/history/{before}/{after}"): EVERYBODY,
    ("POST", "/items/{item}/restore"): {"editor"},
    ("POST", "/entries/{entry}/submit"): {"editor"},
    ("POST", "/entries/{entry}/approve"): {"reviewer"},
    ("POST", "/entries/{entry}/send-back"): {"reviewer"},
    ("POST", "/entries/{entry}/take-back"): {"editor"},
    ("GET", "/entries/{entry}/throw-away"): {"editor"},
    ("POST", "/entries/{entry}/throw-away"): {"editor"},
    ("POST", "/entries/{entry}/comment"): WRITERS,
    ("POST", "/entries/{entry}/schedule"): {"publisher"},
    ("GET", "/figures"): EVERYBODY,
    ("POST", "/figures"): {"editor"},
    ("GET", "/figures/{figure}"): EVERYBODY,
    ("POST", "/figures/{figure}"): {"editor"},
    ("GET", "/publishing"): EVERYBODY,
    ("POST", "/publishing"): {"publisher"},
    ("POST", "/publishing/check"): {"publisher"},
    ("POST", "/publishing/pilot"): {"publisher"},
    ("POST", "/publishing/candidates/{number}/end"): {"publisher"},
    ("GET", "/publishing/candidates/{number}"): EVERYBODY,
    ("GET", "/publishing/candidates/{number}/state"): EVERYBODY,
    ("GET", "/publishing/candidates/{number}/shadow"): WRITERS | {"auditor"},
    ("GET", "/publishing/understood"): EVERYBODY,
    ("GET", "/publishing/{number}"): EVERYBODY,
    ("POST", "/publishing/{number}/back"): {"publisher"},
    ("GET", "/exchange"): WRITERS | {"auditor"},
    ("GET", "/exchange/items.{kind}"): WRITERS | {"auditor"},
    ("POST", "/exchange/import"): {"editor"},
    ("GET", "/exchange/imports/{number}"): {"editor"},
    ("GET", "/exchange/imports/{number}/state"): {"editor"},
    ("GET", "/insight"): EVERYBODY,
    ("GET", "/insight/figures.{kind}"): WRITERS | {"auditor"},
    ("GET", "/insight/change"): LISTENERS,
    ("GET", "/insight/open-data"): EVERYBODY,
    ("GET", "/insight/open-data/{name}"): EVERYBODY,
    ("GET", "/quality"): EVERYBODY,
    ("GET", "/quality/items"): EVERYBODY,
    ("GET", "/quality/weeks/{week}"): LISTENERS,
    ("GET", "/quality/label"): {"editor", "reviewer"},
    ("POST", "/quality/label"): {"editor", "reviewer"},
    ("GET", "/quality/find"): {"editor", "reviewer"},
    ("GET", "/operations"): EVERYBODY,
    ("GET", "/operations/health"): EVERYBODY,
    ("GET", "/operations/sites"): EVERYBODY,
    ("POST", "/operations/sites"): {"administrator"},
    ("GET", "/operations/sites/{key}"): EVERYBODY,
    ("POST", "/operations/sites/{key}"): {"administrator"},
    ("POST", "/operations/notices"): {"administrator"},
    ("GET", "/operations/channels"): EVERYBODY,
    ("POST", "/operations/channels/replay"): {"administrator"},
    ("GET", "/operations/retention"): EVERYBODY,
    ("GET", "/operations/versions"): EVERYBODY,
    ("GET", "/operations/versions/{version}"): EVERYBODY,
    ("POST", "/operations/versions/{version}"): {"administrator"},
    ("GET", "/handovers"): {"agent", "supervisor", "auditor"},
    ("POST", "/handovers/close"): {"supervisor"},
    ("GET", "/handovers/{number}"): AGENTS,
    ("GET", "/handovers/{number}/newer"): AGENTS,
    ("GET", "/handovers/{number}/suggested"): AGENTS,
    ("POST", "/handovers/{number}/take"): AGENTS,
    ("POST", "/handovers/{number}/say"): AGENTS,
    ("POST", "/handovers/{number}/draft"): AGENTS,
    ("POST", "/handovers/{number}/give-back"): AGENTS,
    ("POST", "/handovers/{number}/finish"): AGENTS,
    ("GET", "/inbox"): LISTENERS,
    ("POST", "/inbox/dismiss"): {"editor"},
    ("POST", "/inbox/accept"): {"editor"},
    ("POST", "/inbox/reopen"): {"editor"},
    ("GET", "/inbox/{cluster}"): LISTENERS,
    ("POST", "/inbox/{cluster}/assign"): {"editor"},
    ("POST", "/inbox/{cluster}/begin"): {"editor"},
    ("GET", "/audit"): {"auditor"},
    ("POST", "/audit/verify"): {"auditor"},
}
NAMES = {"item": "Q001", "entry": "Q001", "figure": "F-base_floor-110000-2026-07-01"}
NAMES |= {"before": "1", "after": "1", "number": "1", "kind": "csv"}
NAMES |= {
    "cluster": "1",
    "name": "wenbao-2026-01.csv",
    "week": "2026-01-05",
    "key": "demo",
    "version": "v1",
}
REFUSED = (401, 403)


def routes() -> list[tuple[str, str]]:
    """Every route of the pages."""
    return [
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    ]


def address(path: str) -> str:
    """The path with names that exist."""
    return re.sub(r"\{(\w+)\}", lambda found: NAMES[found[1]], path)


def test_the_sandbox_has_somebody_for_every_role_and_each_role_has_a_word() -> None:
    staff = yaml.safe_load((ROOT / "sandbox/staff.yml").read_text("utf-8"))["staff"]
    assert {role for one in staff for role in one["roles"]} == EVERYBODY
    assert Writing(ROOT / "web/console").words["roles"].keys() == EVERYBODY


def test_every_route_is_in_the_matrix() -> None:
    assert set(routes()) == set(ALLOWED)


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_do_what_is_listed_and_nothing_else(console: Console, role: str) -> None:
    wrong: list[str] = []
    async with console.worker(role) as worker:
        for (method, path), roles in ALLOWED.items():
            place = address(path)
            answer = await (worker.get(place) if method == "GET" else worker.post(place))
            # Nobody wrote anything, so an allowed step ends in another refusal, but not in 403.
            if (answer.status_code == 403) == (role in roles):
                wrong.append(f"{role} {method} {path}: {answer.status_code}")
            assert answer.status_code < 500, f"{method} {path}"
    assert wrong == []


async def test_a_signed_out_browser_sees_nothing_and_changes_nothing(console: Console) -> None:
    async with httpx.AsyncClient(base_url=console.url, trust_env=False) as nobody:
        for method, path in ALLOWED:
            answer = await nobody.request(method, address(path))
            if method == "GET":
                assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
            else:
                assert answer.status_code == 401
            assert "补办社保卡" not in answer.text
    assert entries_changed(console) == 0


@pytest.mark.parametrize(
    "spoiled",
    [
        {"csrf": ""},
        {"csrf": "x" * 43},
        {"origin": "https://evil.example"},
        {"site": "cross-site"},
        {"site": "same-site"},
    ],
)
async def test_a_form_from_elsewhere_changes_nothing(
    console: Console, spoiled: dict[str, str]
) -> None:
    paths = [path for method, path in ALLOWED if method == "POST"]
    async with console.worker(*ROLES) as worker:
        for path in paths:
            headers = {"origin": spoiled.get("origin", console.url)}
            headers["sec-fetch-site"] = spoiled.get("site", "same-origin")
            form = {"csrf": spoiled.get("csrf", worker.csrf), "head": "1", "title": "x"}
            answer = await worker.http.post(address(path), data=form, headers=headers)
            assert answer.status_code == 403, path
    assert entries_changed(console) == 0


def entries_changed(console: Console) -> int:
    """How many versions were written since the start."""
    with psycopg.connect(console.database_url) as db:
        found = db.execute(
            "SELECT count(*) FROM entry_versions WHERE author <> 'system'"
        ).fetchone()
    assert found
    return int(found[0])
