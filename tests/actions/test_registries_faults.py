"""The client when a back office misbehaves: that region is silent, the others still answer."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from actions.registries.client import Registries
from tests.sandbox.running import REGIONS, TOKEN, RunningRegistry
from tests.stand_ins.serving import Served, free_port

SECONDS = 0.6
GOOD = {"Registry-Version": "1.0"}
NUMBER = "310199199003150241"


@pytest.fixture
async def hasty(sandbox: RunningRegistry) -> AsyncIterator[Registries]:
    """A client that waits for no more than `SECONDS`, and not at all between two tries."""
    client = Registries(sandbox.url, TOKEN, seconds=SECONDS, pause=lambda: 0.0)
    yield client
    await client.close()


@pytest.mark.parametrize(
    ("mode", "asked"),
    [("silent", 1), ("slow", 1), ("broken", 1), ("malformed", 1), ("wrong_shape", 1)]
    + [("redirect", 1), ("unavailable", 2), ("cut", 2)],
)
async def test_a_region_that_misbehaves_is_silent_and_the_others_answer(
    hasty: Registries, sandbox: RunningRegistry, mode: str, asked: int
) -> None:
    number = sandbox.number("douyue")
    await hasty.contributions(number, "pension", REGIONS)  # connections are open now
    sandbox.reset()
    sandbox.order("440000", mode, seconds=2 if mode == "slow" else 0)
    began = time.monotonic()
    found = await hasty.contributions(number, "pension", REGIONS)
    assert time.monotonic() - began < SECONDS + 1
    assert (found.silent, found.unknown) == (("440000",), ())
    assert {one.region for one in found.contributions} == {"310000", "510000"}
    # It is asked again only where that may help, and nothing is asked behind a failure.
    if mode not in ("silent", "slow"):
        assert [one["path"] for one in sandbox.heard("440000")] == [
            "/440000/person-lookups"
        ] * asked


@pytest.mark.parametrize("mode", ["unavailable", "cut"])
async def test_one_hiccup_is_not_noticed(
    hasty: Registries, sandbox: RunningRegistry, mode: str
) -> None:
    sandbox.order("310000", mode, times=1)
    found = await hasty.contributions(sandbox.number("wangfang"), "pension", ["310000"])
    assert found.silent == ()
    assert len(found.contributions) == 100
    assert len(sandbox.heard("310000")) == 3


async def test_a_wrong_token_is_silence_everywhere(sandbox: RunningRegistry) -> None:
    client = Registries(sandbox.url, "guess")
    found = await client.contributions(sandbox.number("douyue"), "pension", REGIONS)
    assert (found.contributions, found.silent) == ((), REGIONS)
    assert {one["path"].rsplit("/", 1)[1] for one in sandbox.heard()} == {"person-lookups"}
    await client.close()


async def test_nobody_listens() -> None:
    client = Registries(f"http://127.0.0.1:{free_port()}", TOKEN, pause=lambda: 0.0)
    found = await client.persons(NUMBER, REGIONS)
    assert found.silent == REGIONS
    await client.close()


async def test_a_line_that_is_reset_is_tried_once_more() -> None:
    met: list[int] = []

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(len(await reader.readuntil(b"\r\n\r\n")))
        line: socket.socket = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()

    server = await asyncio.start_server(reset, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = Registries(f"http://127.0.0.1:{port}", TOKEN, pause=lambda: 0.0)
    assert (await client.persons(NUMBER, ["310000"])).silent == ("310000",)
    assert len(met) == 2
    await client.close()
    server.close()
    await server.wait_closed()


async def test_a_region_that_the_registry_does_not_have_is_silent_not_unknown(
    hasty: Registries, sandbox: RunningRegistry
) -> None:
    found = await hasty.persons(sandbox.number("wangfang"), ["310000", "110000"])
    assert (found.silent, found.unknown) == (("110000",), ())


@dataclass
class OddOffice:
    """An office that says what a test wants, and remembers what it heard."""

    lookup: Response = field(default_factory=lambda: _person())
    answer: Response = field(default_factory=lambda: JSONResponse({"card": None}, headers=GOOD))
    heard: list[tuple[str, str | None]] = field(default_factory=list)

    async def look_up(self, request: Request) -> Response:
        """Answer a person look-up."""
        self.heard.append((request.url.path, request.headers.get("authorization")))
        return self.lookup

    async def tell(self, request: Request) -> Response:
        """Answer anything else."""
        self.heard.append((request.url.path, request.headers.get("authorization")))
        return self.answer


def _person(**changes: Any) -> Response:
    person = {"person": "abc_DEF-123", "name": "王芳", "birth_date": "1990-03-15"}
    return JSONResponse({**person, "death_date": None, **changes}, headers=GOOD)


@pytest.fixture
async def odd() -> AsyncIterator[tuple[OddOffice, Registries]]:
    """A running odd office and a client of it."""
    office = OddOffice()
    routes = [
        Route("/310000/person-lookups", office.look_up, methods=["POST"]),
        Route("/{rest:path}", office.tell),
    ]
    served = Served(Starlette(routes=routes))
    served.start()
    client = Registries(served.url, TOKEN, seconds=3, pause=lambda: 0.0)
    yield office, client
    await client.close()
    served.stop()


async def test_a_plain_answer_is_read(odd: tuple[OddOffice, Registries]) -> None:
    office, client = odd
    assert (await client.cards(NUMBER, ["310000"])).silent == ()
    assert office.heard == [
        ("/310000/person-lookups", f"Bearer {TOKEN}"),
        ("/310000/persons/abc_DEF-123/card", f"Bearer {TOKEN}"),
    ]


async def test_a_region_that_pays_no_heed_to_the_filter_mixes_nothing_in(
    odd: tuple[OddOffice, Registries],
) -> None:
    office, client = odd
    month = {"employer": "甲公司", "base": "1.00", "personal": "1.00", "employer_part": "1.00"}
    month |= {"status": "paid"}
    office.answer = JSONResponse(
        {
            "contributions": [
                {**month, "month": when, "insurance": what, "counted": True, "deemed": False}
                for what in ("pension", "medical")
                for when in ("2026-01", "2026-02", "2026-03")
            ]
        },
        headers=GOOD,
    )
    found = await client.contributions(
        NUMBER, "medical", ["310000"], first="2026-02", last="2026-02"
    )
    assert [(one.month, one.insurance) for one in found.contributions] == [("2026-02", "medical")]


@pytest.mark.parametrize(
    "reference", ["../../440000", "a/b", "a?b=c", "a%2e", "", "字", NUMBER + " ", 5, None]
)
async def test_a_reference_cannot_lead_elsewhere(
    odd: tuple[OddOffice, Registries], reference: Any
) -> None:
    office, client = odd
    office.lookup = _person(person=reference)
    assert (await client.cards(NUMBER, ["310000"])).silent == ("310000",)
    assert [path for path, _ in office.heard] == ["/310000/person-lookups"]


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse({"card": None}),
        JSONResponse({"card": None}, headers={"Registry-Version": "2.0"}),
        JSONResponse({"card": None}, 201, headers=GOOD),
        JSONResponse({"card": None}, 203, headers=GOOD),
        Response(status_code=204, headers=GOOD),
        Response(b"", headers=GOOD),
        Response(b"null", headers=GOOD),
        Response(b"[]", headers=GOOD),
        Response(b"\xff\xfe", headers=GOOD),
        Response(b"[" * 100_000, headers=GOOD),
        Response(b" " * 5_000_000 + b"{}", headers=GOOD),
        Response(b"x", headers={**GOOD, "Content-Encoding": "gzip"}),
        JSONResponse({"type": "urn:wenbao:registry:reference-unknown"}, 404, headers=GOOD),
        Response(b"[" * 100_000, 404, headers=GOOD),
        JSONResponse({"type": ["urn:wenbao:registry:person-unknown"]}, 404, headers=GOOD),
        Response(status_code=302, headers={**GOOD, "Location": "/310000/elsewhere"}),
        JSONResponse({}, 429, headers=GOOD),
    ],
    ids=range(17),
)
async def test_an_odd_answer_is_silence(
    odd: tuple[OddOffice, Registries], answer: Response
) -> None:
    office, client = odd
    office.answer = answer
    found = await client.cards(NUMBER, ["310000"])
    assert (found.entries, found.silent, found.unknown) == ((), ("310000",), ())
    assert len(office.heard) == 2


async def test_no_id_number_or_token_in_an_address_or_a_log(
    hasty: Registries, sandbox: RunningRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = sandbox.number("douyue")
    for mode in ("well", "broken", "malformed", "wrong_shape", "redirect", "cut", "silent"):
        sandbox.order("310000", mode)
        await hasty.contributions(number, "pension", REGIONS)
        await hasty.certificates(number, "pension", REGIONS)
    paths = str([one["path"] for one in sandbox.heard()])
    lines = "\n".join(
        f"{one.getMessage()} {one.exc_text} {one.exc_info}"
        for one in caplog.records
        if not one.name.startswith("asyncio")
    )
    assert "registry unavailable: region=310000" in lines
    assert "registry answered: region=510000" in lines
    for secret in (number, number[:17], number[6:14], TOKEN, "窦月"):
        assert secret not in paths + lines
