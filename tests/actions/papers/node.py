"""The sandbox node on a free port, and a courier that a test moves by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from actions.courier.desk import Desk
from actions.courier.node import Node
from actions.courier.receiving import take_in_all
from actions.courier.sending import remind_overdue, send_next
from actions.exchange.documents import our_pair
from actions.talk.parts import Parts
from sandbox.exchange.app import create
from sandbox.exchange.institution import Institution
from tests.stand_ins.serving import Served

TOKEN = "token-of-the-exchange"


@dataclass
class RunningNode:
    """The other side."""

    url: str
    institution: Institution
    http: httpx.Client
    desks: list[Desk] = field(default_factory=list)

    def order(self, **order: Any) -> None:
        """Make it behave."""
        assert self.http.post("/control", json=order).status_code == 204

    def kinds(self) -> list[str]:
        """What it heard."""
        return [one["kind"] for one in self.http.get("/control").json()["heard"]]

    def desk(self, parts: Parts, url: str | None = None) -> Desk:
        """A courier's desk in front of it."""
        made = Desk(
            database=parts.database,
            key=parts.vault_key,
            node=Node(url or self.url, TOKEN, 3.0),
            pair=our_pair(parts.signing_dir),
            partner_certificate=self.institution.folder / "node.crt.pem",
            now=parts.now,
        )
        self.desks.append(made)
        return made


@contextmanager
def running_node(folder: Path, their_certificate: Path) -> Iterator[RunningNode]:
    """Start it, and stop it in the end."""
    institution = Institution(folder, their_certificate, pace=0.0)
    served = Served(create(institution, TOKEN))
    served.start()
    with httpx.Client(base_url=served.url, trust_env=False) as http:
        yield RunningNode(served.url, institution, http)
    served.let_go()


async def go_round(desk: Desk) -> None:
    """One round of the courier."""
    while await send_next(desk):
        pass
    await take_in_all(desk)
    await remind_overdue(desk)
    while await send_next(desk):
        pass
