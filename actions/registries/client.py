"""Asks the back offices of several regions at once; who gives no answer in time is named."""

from __future__ import annotations

import asyncio
import re
import secrets
import ssl
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from typing import Generic, TypeVar

import httpx

from actions.registries import reading
from actions.registries.entries import (
    Account,
    Benefit,
    Card,
    Certificate,
    Contribution,
    Enrolment,
    InjuryCase,
    Person,
    Transfer,
    UnemploymentClaim,
)
from actions.registries.errors import PersonUnknown, RegistryUnavailable
from actions.registries.office import CONNECT_SECONDS, CONNECTIONS, VERSION, Office, Question

__all__ = ["Answers", "Contribution", "Found", "Registries"]

Entry = TypeVar("Entry")

# The engine gives an action six seconds, and the records need some of them.
SECONDS = 2.0
_REGION = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class Found(Generic[Entry]):
    """What the regions said, in the order in which they were asked."""

    entries: tuple[Entry, ...]
    silent: tuple[str, ...]  # gave no usable answer
    unknown: tuple[str, ...]  # do not know the person


@dataclass(frozen=True)
class Answers:
    """The same for contributions."""

    contributions: tuple[Contribution, ...]
    silent: tuple[str, ...]
    unknown: tuple[str, ...]


def short_pause() -> float:
    """Seconds before the second try, different each time so that callers do not come in step."""
    return 0.05 + secrets.randbelow(100) / 1000


class Registries:
    """The client; opens connections to a region when it is first asked."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[], float] = short_pause,
    ) -> None:
        self._url = _safe(url)
        self._token = token
        self._seconds = seconds
        self._clock = clock
        self._pause = pause
        # The system's authorities, so that an office's own can be added; read once, as it is slow.
        self._authorities = ssl.create_default_context()
        self._offices: dict[str, Office] = {}

    async def contributions(
        self,
        id_number: str,
        insurance: str,
        regions: Sequence[str],
        *,
        first: str | None = None,
        last: str | None = None,
    ) -> Answers:
        """The months of one insurance, all of them or from `first` to `last`."""
        _word(insurance)
        asked = {"insurance": insurance, "from": first, "to": last}
        question = Question("contributions", reading.contributions, _given(asked))
        found = await self._ask(id_number, question, regions)
        # A region that pays no heed to a filter must not mix one insurance into another.
        asked_for = tuple(
            one
            for one in found.entries
            if one.insurance == insurance
            and (first or one.month) <= one.month <= (last or one.month)
        )
        return Answers(asked_for, found.silent, found.unknown)

    async def persons(self, id_number: str, regions: Sequence[str]) -> Found[Person]:
        """Who the regions have on record; names can differ."""
        return await self._ask(id_number, Question("", reading.persons), regions)

    async def enrolments(self, id_number: str, regions: Sequence[str]) -> Found[Enrolment]:
        """Where and as what insured."""
        return await self._ask(id_number, Question("enrolments", reading.enrolments), regions)

    async def accounts(
        self, id_number: str, regions: Sequence[str], on: date | None = None
    ) -> Found[Account]:
        """The personal accounts, today's or another day's."""
        query = _given({"on": on.isoformat() if on else None})
        return await self._ask(id_number, Question("accounts", reading.accounts, query), regions)

    async def benefits(self, id_number: str, regions: Sequence[str]) -> Found[Benefit]:
        """What is paid to the person."""
        return await self._ask(id_number, Question("benefits", reading.benefits), regions)

    async def unemployment(
        self, id_number: str, regions: Sequence[str]
    ) -> Found[UnemploymentClaim]:
        """Months of unemployment benefit, drawn and left."""
        return await self._ask(id_number, Question("unemployment", reading.unemployment), regions)

    async def transfers(self, id_number: str, regions: Sequence[str]) -> Found[Transfer]:
        """Transfers between regions, and how far they are."""
        return await self._ask(id_number, Question("transfers", reading.transfers), regions)

    async def cards(self, id_number: str, regions: Sequence[str]) -> Found[Card]:
        """The social-security card."""
        return await self._ask(id_number, Question("card", reading.cards), regions)

    async def injury_cases(self, id_number: str, regions: Sequence[str]) -> Found[InjuryCase]:
        """Injuries at work."""
        return await self._ask(id_number, Question("injury-cases", reading.injury_cases), regions)

    async def certificates(
        self, id_number: str, insurance: str, regions: Sequence[str]
    ) -> Found[Certificate]:
        """The data of a certificate of contributions, one for each region."""
        _word(insurance)
        question = Question(f"certificates/{insurance}", reading.certificates)
        return await self._ask(id_number, question, regions)

    async def close(self) -> None:
        """Let go of every connection."""
        offices = list(self._offices.values())
        self._offices.clear()
        for office in offices:
            await office.close()

    async def _ask(
        self, id_number: str, question: Question[tuple[Entry, ...]], regions: Sequence[str]
    ) -> Found[Entry]:
        request_id = str(uuid.uuid4())
        offices = [self._office(region) for region in regions]
        outcomes = await asyncio.gather(
            *(_outcome(office, id_number.upper(), question, request_id) for office in offices)
        )
        told = list(zip(regions, outcomes, strict=True))
        return Found(
            entries=tuple(_flat(one for one in outcomes if not isinstance(one, Exception))),
            silent=tuple(code for code, one in told if isinstance(one, RegistryUnavailable)),
            unknown=tuple(code for code, one in told if isinstance(one, PersonUnknown)),
        )

    def _office(self, region: str) -> Office:
        if _REGION.fullmatch(region) is None:
            raise ValueError("a region is six digits")
        if region not in self._offices:
            http = httpx.AsyncClient(
                base_url=f"{self._url}/{region}/",
                headers={
                    "Authorization": f"Bearer {self._token}",
                    "Registry-Version": VERSION,
                    "Accept": "application/json",
                    "Accept-Encoding": "identity",
                },
                timeout=httpx.Timeout(self._seconds, connect=CONNECT_SECONDS),
                limits=httpx.Limits(max_connections=CONNECTIONS),
                verify=self._authorities,
                follow_redirects=False,  # another host would get the token and the ID number
                trust_env=False,
            )
            self._offices[region] = Office(region, http, self._seconds, self._clock, self._pause)
        return self._offices[region]


async def _outcome(
    office: Office, id_number: str, question: Question[tuple[Entry, ...]], request_id: str
) -> tuple[Entry, ...] | RegistryUnavailable | PersonUnknown:
    try:
        return await office.ask(id_number, question, request_id)
    except (RegistryUnavailable, PersonUnknown) as problem:
        return problem


def _flat(told: Iterable[tuple[Entry, ...]]) -> Iterable[Entry]:
    return (entry for entries in told for entry in entries)


def _given(query: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value is not None}


def _word(insurance: str) -> None:
    if insurance not in reading.INSURANCES:
        raise ValueError("not an insurance of the contract")


def _safe(url: str) -> str:
    """ID numbers leave this machine only encrypted."""
    parsed = httpx.URL(url)
    if parsed.scheme != "https" and not _loopback(parsed.host):
        raise ValueError("REGISTRY_URL must be https, or this machine")
    return url.rstrip("/")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
