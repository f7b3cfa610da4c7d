"""The back office of one region: asks by HTTP, once more if the line breaks, and in time.

An ID number travels in the body of one request and nowhere else: not in an address, a log
line or the message of an error.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import httpx

from actions.registries.breaker import Breaker
from actions.registries.errors import (
    PersonUnknown,
    RegistryUnavailable,
    RegistryUnintelligible,
    WrongShape,
)
from actions.registries.fields import Fields

log = logging.getLogger(__name__)

Entries = TypeVar("Entries")

VERSION = "1"
PERSON_UNKNOWN = "urn:wenbao:registry:person-unknown"
# The longest record is 50 years of seven insurances, about a megabyte.
LARGEST_BODY = 4 * 1024 * 1024
CONNECT_SECONDS = 0.5
# A slow region fills its own connections, never those of the others.
CONNECTIONS = 20
_BROKEN_LINE = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)
_COME_BACK = {502, 503, 504}


@dataclass(frozen=True)
class Question(Generic[Entries]):
    """What is asked about a person: the path behind `/persons/{person}`, and how it is read.

    Without a path it is the person that is wanted.
    """

    path: str
    read: Callable[[Fields, str], Entries]
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Identifying:
    """A person who is being asked for, and how many questions wait for that."""

    answer: asyncio.Task[Fields]
    waiting: int = 0


class Office:
    """One region; holds its connections and its breaker."""

    def __init__(
        self,
        region: str,
        http: httpx.AsyncClient,
        seconds: float,
        clock: Callable[[], float],
        pause: Callable[[], float],
    ) -> None:
        self._region = region
        self._http = http
        self._seconds = seconds
        self._breaker = Breaker(region, clock)
        self._clock = clock
        self._pause = pause
        self._identifying: dict[str, Identifying] = {}

    async def ask(self, id_number: str, question: Question[Entries], request_id: str) -> Entries:
        """The answer, `PersonUnknown`, or `RegistryUnavailable` from its cause."""
        began = self._clock()
        try:
            with self._breaker.guarding():
                found = await self._within_time(id_number, question, request_id)
        except RegistryUnavailable as problem:
            log.warning(
                "registry unavailable: region=%s request=%s reason=%s",
                self._region,
                request_id,
                problem.reason,
            )
            raise
        spent = (self._clock() - began) * 1000
        log.info("registry answered: region=%s request=%s ms=%.0f", self._region, request_id, spent)
        return found

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def _within_time(
        self, id_number: str, question: Question[Entries], request_id: str
    ) -> Entries:
        headers = {"X-Request-Id": request_id}
        try:
            async with asyncio.timeout(self._seconds):
                return await self._answer(id_number, question, headers)
        except (TimeoutError, httpx.TimeoutException) as problem:
            raise RegistryUnavailable(self._region, "no answer in time") from problem
        except httpx.HTTPError as problem:
            reason = f"connection: {type(problem).__name__}"
            raise RegistryUnavailable(self._region, reason) from problem
        except WrongShape as problem:
            raise RegistryUnintelligible(self._region, f"wrong shape: {problem}") from problem

    async def _answer(
        self, id_number: str, question: Question[Entries], headers: dict[str, str]
    ) -> Entries:
        person = await self._person(id_number, headers)
        if not question.path:
            return question.read(person, self._region)
        reference = person.text("person")
        if not reference.isascii() or not reference.replace("-", "").replace("_", "").isalnum():
            raise WrongShape("person")
        path = f"persons/{reference}/{question.path}"
        query = dict(question.query)
        asked = self._http.build_request("GET", path, params=query, headers=headers)
        return question.read(await self._body(asked), self._region)

    async def _person(self, id_number: str, headers: dict[str, str]) -> Fields:
        """Who that is over there; questions that are asked together ask for it once."""
        asked = self._identifying.get(id_number)
        if asked is None:
            answer = asyncio.create_task(self._identify(id_number, headers))
            asked = self._identifying[id_number] = Identifying(answer)
        asked.waiting += 1
        try:
            # One question that runs out of time must not take the others' answer away.
            return await asyncio.shield(asked.answer)
        finally:
            asked.waiting -= 1
            if asked.waiting == 0:  # Nothing is kept: the next question asks anew.
                asked.answer.cancel()
                del self._identifying[id_number]

    async def _identify(self, id_number: str, headers: dict[str, str]) -> Fields:
        lookup = self._http.build_request(
            "POST", "person-lookups", json={"id_number": id_number}, headers=headers
        )
        return await self._body(lookup)

    async def _body(self, request: httpx.Request) -> Fields:
        """The object that came back with a 200."""
        response, content = await self._with_one_more_try(request)
        if response.status_code == 404 and _problem(content) == PERSON_UNKNOWN:
            raise PersonUnknown
        if response.status_code != 200:
            raise RegistryUnavailable(self._region, f"status {response.status_code}")
        if response.headers.get("Registry-Version", "").split(".")[0] != VERSION:
            raise WrongShape("Registry-Version")
        try:
            return Fields.of(json.loads(content), "")
        except (ValueError, RecursionError) as problem:
            raise WrongShape("not JSON") from problem

    async def _with_one_more_try(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        """All of them are questions, so that asking again changes nothing over there."""
        try:
            response, content = await self._send(request)
            if response.status_code not in _COME_BACK:
                return response, content
        except _BROKEN_LINE:
            pass
        await asyncio.sleep(self._pause())
        return await self._send(request)

    async def _send(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        response = await self._http.send(request, stream=True)
        try:
            content = bytearray()
            # Raw: a small body that unpacks to a huge one is no JSON and ends here.
            async for part in response.aiter_raw():
                content += part
                if len(content) > LARGEST_BODY:
                    raise WrongShape("larger than allowed")
            return response, bytes(content)
        finally:
            await response.aclose()


def _problem(content: bytes) -> str | None:
    """The type of a problem answer (RFC 9457)."""
    try:
        problem = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return problem.get("type") if isinstance(problem, dict) else None
