"""What every request passes: hosts, headers, origins, the chat page, the log."""

from __future__ import annotations

import json
import logging
import re
import uuid
from typing import Any

import psycopg
import pytest

from channels.masking import hide
from channels.settings import Settings
from records.watch.logs import JsonLines, MaskingFilter
from tests.conftest import Gateway, OpenGateway
from tests.stand_ins.engine import StandInEngine

OPEN = "/api/chat/conversations"
HALL = "https://hall.example.gov.cn"
PHONE = "13812345678"


@pytest.fixture
def hall(database_url: str) -> str:
    """A site whose pages may embed the chat."""
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute(
            "INSERT INTO sites (key, name, origins, created_at) VALUES ('hall', '大厅', %s, now())",
            ([HALL],),
        )
    return HALL


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "127.0.0.1/abc?x=", "a@b",
     "127.0.0.1:99999999", "[::1]", "127.0.0.1 evil", "..", "127.0.0.1,evil.example"],
)  # fmt: skip
async def test_a_forged_host_is_refused_and_opens_nothing(
    gateway: Gateway, database_url: str, host: str
) -> None:
    refused = await gateway.http.post(OPEN, json={"site": "demo"}, headers={"Host": host})
    assert refused.status_code == 400
    if refused.headers["content-type"] == "application/json":
        assert refused.json()["error"] == "unknown_host"
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


async def test_our_hosts_are_served_and_probes_come_by_address(open_gateway: OpenGateway) -> None:
    async with open_gateway(
        public_url="https://wenbao.example.gov.cn", trusted_hosts="inside.example, 127.0.0.1"
    ) as gateway:
        for host in ("wenbao.example.gov.cn", "Wenbao.Example.gov.cn:443", "inside.example"):
            opened = await gateway.http.post(OPEN, json={"site": "demo"}, headers={"Host": host})
            assert opened.status_code == 201
            assert "max-age" in opened.headers["strict-transport-security"]
        probe = await gateway.http.get("/healthz", headers={"Host": "10.1.2.3:8000"})
        assert probe.status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/chat", OPEN, "/metrics"])
async def test_every_response_carries_the_security_headers(gateway: Gateway, path: str) -> None:
    headers = (await gateway.http.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == ("no-cache" if path == "/chat" else "no-store")
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])
    assert "server" not in headers or headers["server"] == "uvicorn"


async def test_a_request_id_of_the_caller_is_kept_when_it_is_one(gateway: Gateway) -> None:
    given = uuid.uuid4().hex
    answer = await gateway.http.get("/healthz", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] == given
    answer = await gateway.http.get("/healthz", headers={"X-Request-Id": "a b<script>"})
    assert answer.headers["x-request-id"] != "a b<script>"


async def test_the_chat_page_is_served_with_and_without_a_slash(
    gateway: Gateway, hall: str
) -> None:
    for path in ("/chat", "/chat/", "/chat?site=hall"):
        page = await gateway.http.get(path)
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert "<script>" not in page.text


@pytest.mark.parametrize(
    "path",
    [OPEN, OPEN + "/0/messages", "/healthz", "/readyz", "/metrics", "/openapi.json", "/chat/form",
     "/w/v1/frame", "/w/v1/loader.js", "/verify", "/verify/0", "/sign-in/0", "/messengers/line/0"],
)  # fmt: skip
async def test_a_slash_too_many_sends_nobody_to_plain_http(
    open_gateway: OpenGateway, database_url: str, path: str
) -> None:
    behind_tls = {"Host": "wenbao.example.gov.cn", "X-Forwarded-Proto": "https"}
    async with open_gateway(public_url="https://wenbao.example.gov.cn") as gateway:
        for method in ("GET", "POST"):
            answer = await gateway.http.request(
                method, path + "/", json={"site": "demo"}, headers=behind_tls
            )
            assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
            assert "location" not in answer.headers
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/chat", "/chat/", "/chat/form", "/w/v1/frame", "/verify"]
)
async def test_monitors_may_ask_by_head(gateway: Gateway, database_url: str, path: str) -> None:
    answer, told = await gateway.http.get(path), await gateway.http.head(path)
    assert (told.status_code, told.content) == (answer.status_code, b"")
    assert told.headers["content-length"] == answer.headers["content-length"]
    assert told.headers["content-type"] == answer.headers["content-type"]
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


async def test_head_uses_up_no_link_and_makes_no_call(gateway: Gateway) -> None:
    # Messengers and mail programs look at links before their reader does.
    for path in ("/sign-in/" + "a" * 43, "/downloads/" + "a" * 43, OPEN, "/l/" + "a" * 43):
        told = await gateway.http.head(path)
        assert told.status_code in (404, 405), path


async def test_only_the_named_sites_pages_may_frame_the_chat(gateway: Gateway, hall: str) -> None:
    policies = {
        query: (await gateway.http.get("/chat" + query)).headers["content-security-policy"]
        for query in ("?site=hall", "?site=demo", "?site=nowhere", "")
    }
    assert policies["?site=hall"].endswith(f"frame-ancestors 'self' {HALL}")
    for query in ("?site=demo", "?site=nowhere", ""):
        assert policies[query].endswith("frame-ancestors 'self'")


async def test_a_registered_page_may_call_from_a_browser(gateway: Gateway, hall: str) -> None:
    asked = {"Origin": hall, "Access-Control-Request-Method": "POST"}
    preflight = await gateway.http.options(OPEN, headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == hall
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    opened = await gateway.http.post(OPEN, json={"site": "hall"}, headers={"Origin": hall})
    assert opened.status_code == 201
    assert opened.headers["access-control-allow-origin"] == hall
    assert "access-control-allow-credentials" not in opened.headers
    assert "Origin" in opened.headers["vary"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "https://hall.example.gov.cn.evil.example",
     "http://hall.example.gov.cn", "https://hall.example.gov.cn:8443", "*", ""],
)  # fmt: skip
async def test_another_page_may_not(
    gateway: Gateway, engine: StandInEngine, database_url: str, hall: str, origin: str
) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    preflight = await gateway.http.options(OPEN, headers=asked)
    assert "access-control-allow-origin" not in preflight.headers
    refused = await gateway.http.post(OPEN, json={"site": "hall"}, headers={"Origin": origin})
    assert (refused.status_code, refused.json()["error"]) == (403, "origin_refused")
    assert "access-control-allow-origin" not in refused.headers
    talk = await gateway.talk()
    sent = await gateway.http.post(
        talk.path + "/messages",
        json={"client_id": str(uuid.uuid4()), "text": "问"},
        headers={**talk.headers, "Origin": origin},
    )
    assert sent.status_code == 403
    assert engine.heard == []
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM conversations").fetchone() == (1,)


async def test_one_sites_page_may_not_open_anothers_conversation(
    gateway: Gateway, hall: str
) -> None:
    refused = await gateway.http.post(OPEN, json={"site": "demo"}, headers={"Origin": hall})
    assert refused.json()["error"] == "origin_refused"
    own = await gateway.http.post(OPEN, json={"site": "demo"}, headers={"Origin": gateway.url})
    assert own.status_code == 201


async def test_the_figures_tell_what_happened(gateway: Gateway) -> None:
    await (await gateway.talk()).ask("问")
    figures = (await gateway.http.get("/metrics")).text
    assert 'wenbao_messages_total{channel="web"} 1.0' in figures
    assert 'wenbao_answers_total{outcome="answered"} 1.0' in figures
    assert "wenbao_engine_seconds_count 1.0" in figures
    assert "wenbao_messages_waiting" in figures
    route = 'route="/api/chat/conversations/{conversation}/messages"'
    assert route in figures


async def test_figures_on_a_port_of_their_own_leave_the_public_one(
    open_gateway: OpenGateway,
) -> None:
    import httpx

    from tests.stand_ins.serving import free_port

    port = free_port()
    async with open_gateway(metrics_port=port) as gateway:
        assert (await gateway.http.get("/metrics")).status_code == 404
        async with httpx.AsyncClient(trust_env=False) as http:
            figures = await http.get(f"http://127.0.0.1:{port}/metrics")
        assert "wenbao_messages" in figures.text


async def test_nothing_that_is_logged_identifies_a_person(
    open_gateway: OpenGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_gateway(log_level="debug") as gateway:
        talk = await gateway.talk()
        await talk.ask(f"我的手机{PHONE}")
        await gateway.http.get(f"/nothing/{PHONE}?phone={PHONE}")
        logging.getLogger("any").error("phone %s", PHONE, extra={"field": [PHONE]})
    said = capsys.readouterr().out
    assert PHONE not in said
    assert talk.token not in said
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert any(line["message"] == "request served" and line["status"] == 202 for line in lines)
    [ours] = [line for line in lines if line["logger"] == "any"]
    assert (ours["message"], ours["field"]) == ("phone 〔手机号〕", "['〔手机号〕']")


def test_a_line_end_from_outside_begins_no_line_of_its_own_and_a_trace_is_masked() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "a %s", ("b\n{}",), None)
    try:
        raise ValueError(PHONE)
    except ValueError as problem:
        record.exc_info = (ValueError, problem, problem.__traceback__)
    assert MaskingFilter(hide).filter(record)
    line = JsonLines().format(record)
    assert "\n" not in line
    told: dict[str, Any] = json.loads(line)
    assert told["message"] == "a b\n{}"
    assert "〔手机号〕" in told["trace"]
    assert PHONE not in line


def test_every_setting_is_documented() -> None:
    documented = Settings.__doc__ or ""
    for name in Settings.model_fields:
        assert re.search(rf"\b{name.upper()}\b", documented), name
