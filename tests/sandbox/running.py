"""The sandbox registry as a running server, for every test that asks it over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx

from sandbox.registry.app import create
from sandbox.registry.books.people import Citizen, read_people
from sandbox.registry.settings import PEOPLE
from tests.stand_ins.serving import Served

TOKEN = "token-of-the-tests"
TODAY = date(2026, 11, 24)
REGIONS = ("310000", "440000", "510000")


@dataclass
class Calendar:
    """The registry's day, which stands until a test moves it."""

    today: date = TODAY

    def __call__(self) -> date:
        return self.today


@dataclass(frozen=True)
class RunningRegistry:
    """Where it listens, and its control endpoints."""

    url: str
    people: dict[str, Citizen]  # by login
    http: httpx.Client
    calendar: Calendar = field(default_factory=Calendar)

    def number(self, login: str) -> str:
        """The ID number of a citizen."""
        return self.people[login].id_number

    def order(self, region: str, mode: str, **more: Any) -> None:
        """Make a region misbehave."""
        answer = self.http.put(f"/control/{region}", json={"mode": mode, **more})
        assert answer.status_code == 200, answer.text

    def heard(self, region: str | None = None) -> list[dict[str, Any]]:
        """What was asked, of one region or of all."""
        heard: list[dict[str, Any]] = self.http.get("/control/heard").json()["heard"]
        return [one for one in heard if region in (None, one["region"])]

    def reset(self) -> None:
        """All is well, nothing was heard, and it is the day of the books."""
        self.calendar.today = TODAY
        assert self.http.delete("/control").status_code == 204


@contextmanager
def running_registry() -> Iterator[RunningRegistry]:
    """Start it on a free port, and stop it in the end."""
    people, calendar = read_people(PEOPLE), Calendar()
    served = Served(create(people, TOKEN, calendar))
    served.start()
    with httpx.Client(base_url=served.url, trust_env=False) as http:
        yield RunningRegistry(served.url, {one.login: one for one in people}, http, calendar)
    served.stop()
