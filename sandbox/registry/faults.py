"""Faults on order: a region can be made silent, slow or wrong, and what was asked is kept."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.registry.problems import Problem

Mode = Literal[
    "well",
    "slow",
    "silent",
    "broken",
    "unavailable",
    "malformed",
    "wrong_shape",
    "redirect",
    "cut",
]
MANY = 1000
# A caller that writes an ID number into an address is wrong, and still it must not be kept.
_NUMBER = re.compile(r"[0-9]{14,}[0-9Xx]?")


@dataclass(frozen=True)
class Fault:
    """How a region behaves, for the next `times` requests or until told otherwise."""

    mode: Mode = "well"
    seconds: float = 0.0
    times: int | None = None


@dataclass(frozen=True)
class Heard:
    """A request to a region, without anything personal."""

    region: str
    method: str
    path: str
    request_id: str
    status: int  # 0 where there was no answer


class Faults:
    """The faults of all regions and the last requests."""

    def __init__(self, regions: list[str]) -> None:
        self._faults = {region: Fault() for region in regions}
        self._heard: deque[Heard] = deque(maxlen=MANY)

    def known(self, region: str) -> bool:
        """Whether there is such a region."""
        return region in self._faults

    def order(self, region: str, fault: Fault) -> None:
        """From the next request on."""
        self._faults[region] = fault

    def next(self, region: str) -> Fault:
        """What the request that is here now gets."""
        fault = self._faults.get(region, Fault())
        if fault.times is not None:
            left = fault.times - 1
            self._faults[region] = replace(fault, times=left) if left > 0 else Fault()
        return fault

    def reset(self) -> None:
        """All is well, nothing was heard."""
        self._faults = {region: Fault() for region in self._faults}
        self._heard.clear()

    def keep(self, heard: Heard) -> None:
        """Remember a request."""
        self._heard.append(heard)

    def told(self) -> dict[str, Any]:
        """The faults by region."""
        return {region: asdict(fault) for region, fault in self._faults.items()}

    def heard(self) -> list[dict[str, Any]]:
        """The last requests, oldest first."""
        return [asdict(one) for one in self._heard]


def legible(path: str, query: bytes) -> str:
    """An address that can be kept."""
    whole = f"{path}?{query.decode('latin-1')}" if query else path
    return _NUMBER.sub("(number)", whole)


async def misbehave(fault: Fault, scope: Scope, receive: Receive, send: Send) -> bool:
    """Do what was ordered; whether that was an answer already."""
    if fault.mode in ("well", "slow"):
        await asyncio.sleep(fault.seconds)
        return False
    if fault.mode == "silent":
        while (await receive())["type"] != "http.disconnect":
            pass
        return True
    if fault.mode == "cut":
        start = {"type": "http.response.start", "status": 200}
        await send({**start, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b'{"con', "more_body": True})
        return True  # unfinished, so that the server closes the connection
    await _wrong(fault.mode)(scope, receive, send)
    return True


def _wrong(mode: Mode) -> Response:
    answers: dict[str, Response] = {
        "broken": Problem(500, "broken", "Something broke here").response(),
        "unavailable": Problem(
            503, "unavailable", "Please come back later", {"Retry-After": "30"}
        ).response(),
        "malformed": Response(b'{"contributions": [{"month": "20', media_type="application/json"),
        "wrong_shape": JSONResponse({"person": 1, "contributions": "none"}),
        "redirect": RedirectResponse("http://127.0.0.1:9/elsewhere", 307),
    }
    return answers[mode]
