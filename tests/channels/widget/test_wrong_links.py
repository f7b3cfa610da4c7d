"""A person who came by a wrong or an old link reads a page; a program gets the JSON as ever."""

from __future__ import annotations

import re

import psycopg
import pytest

from tests.channels.sign_in.steps import refusal
from tests.conftest import Gateway

# What Chromium sends when somebody opens an address.
PERSON = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
WRONG = [
    ("/", 404, "not_found"),
    ("/nothing", 404, "not_found"),
    ("/chat?site=nowhere", 404, "unknown_site"),
    ("/chat?site=%00", 404, "unknown_site"),
    (f"/chat?site={'x' * 65}", 422, "invalid"),
    ("/w/v1/frame?site=nowhere", 404, "unknown_site"),
    ("/chat/form?site=nowhere", 404, "unknown_site"),
    ("/chat/form?after=x", 422, "invalid"),
    (f"/downloads/{'a' * 43}", 410, "download_gone"),
    ("/downloads/short", 410, "download_gone"),
    ("/verify/x?sha256=short", 422, "bad_field"),
]


@pytest.mark.parametrize(("path", "status", "code"), WRONG)
async def test_a_person_reads_a_page_and_a_program_the_same_in_json(
    gateway: Gateway, path: str, status: int, code: str
) -> None:
    page = await gateway.http.get(path, headers=PERSON)
    assert refusal(page) == (status, code)
    assert page.headers["vary"] == "Accept"
    for takes in ("application/json", "*/*"):
        told = await gateway.http.get(path, headers={"Accept": takes})
        assert (told.status_code, told.json()["error"]) == (status, code)
        assert set(told.json()) == {"error", "message"}
        assert told.json()["message"] in page.text


async def test_the_page_leads_on_to_the_chat_where_there_is_one(
    gateway: Gateway, database_url: str
) -> None:
    page = await gateway.http.get("/nothing", headers=PERSON)
    [way] = re.findall(r'href="(/chat[^"]*)"', page.text)
    assert (await gateway.http.get(way, headers=PERSON)).status_code == 200
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute("UPDATE sites SET key = 'hall'")
    gateway.app.state.parts.sites._held.clear()
    lost = await gateway.http.get("/chat", headers=PERSON)
    assert refusal(lost) == (404, "unknown_site")
    assert 'href="/chat' not in lost.text


@pytest.mark.parametrize("path", ["/api/chat/sites/nowhere", "/api/nothing", "/messengers/nothing"])
async def test_the_api_speaks_json_to_everybody(gateway: Gateway, path: str) -> None:
    told = await gateway.http.get(path, headers=PERSON)
    assert told.status_code == 404
    assert "error" in told.json()


async def test_what_is_sent_from_a_page_is_refused_on_a_page(
    gateway: Gateway, database_url: str
) -> None:
    large = {"text": "x" * (17 * 1024)}
    page = await gateway.http.post("/chat/form", data=large, headers=PERSON)
    assert refusal(page) == (413, "too_large")
    file = {"file": ("a.pdf", b"", "application/pdf")}
    page = await gateway.http.post("/verify", files=file, headers=PERSON)
    assert refusal(page) == (422, "bad_field")
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


async def test_a_person_at_a_wrong_host_reads_a_page(gateway: Gateway) -> None:
    page = await gateway.http.get("/chat", headers={**PERSON, "Host": "evil.example"})
    assert refusal(page) == (400, "unknown_host")
    assert 'href="/chat' not in page.text


async def test_a_person_reads_a_page_while_the_database_is_away(gateway: Gateway) -> None:
    class Away:
        def connect(self) -> None:
            raise psycopg.OperationalError

    gateway.app.state.parts.sites._at_once = Away()
    page = await gateway.http.get("/chat?site=hall", headers=PERSON)
    assert refusal(page) == (503, "internal")
    told = await gateway.http.get("/chat?site=hall")
    assert (told.status_code, told.json()["error"]) == (503, "unavailable")
