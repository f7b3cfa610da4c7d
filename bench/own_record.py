"""A signed-in look-up through the whole stack, beside the registry's own time for it.

``python -m bench.own_record`` starts a stack and prints the row alone.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import yaml

from actions.record.asking import CONSENT_VERSION
from actions.registries.client import Registries
from records.database import open_database
from records.identities import Identity, bind
from records.own import consents
from records.vault import INDEX, hash_key, read_key, reference
from scripts import run
from scripts.prepare import prepare
from scripts.stack import ROOT, Stack, free_port, start

QUESTION = "我的养老保险交到几月了"
LOGIN = "wangfang"
REGIONS = ("310000", "440000", "510000")
LOOK_UPS, WARM = 300, 30
MOST_P50, MOST_P99 = 40, 200  # milliseconds that are ours to spend
WITHOUT_LIMITS = {
    "MESSAGES_PER_MINUTE": "1000000",
    "ADDRESS_MESSAGES_PER_MINUTE": "1000000",
    "LOOKUPS_PER_MINUTE": "1000000",
}


@dataclass(frozen=True)
class OwnRecord:
    """Milliseconds."""

    p50: float
    p99: float
    registry_p50: float
    registry_p99: float

    @property
    def row(self) -> str:
        """A line for the table of the whole stack."""
        return (
            "| a signed-in look-up beside the registry's own time: p50 / p99, ms "
            f"(at most {MOST_P50} / {MOST_P99}) "
            f"| {self.p50 - self.registry_p50:.1f} / {self.p99 - self.registry_p50:.1f} |"
        )


async def measure(stack: Stack) -> OwnRecord:
    """Look the same record up again and again: through the public API, then at the registry."""
    person = next(
        one
        for one in yaml.safe_load((ROOT / "sandbox/people.yml").read_text(encoding="utf-8"))[
            "people"
        ]
        if one["login"] == LOGIN
    )
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, trust_env=False) as http:
        opened = await http.post("/api/chat/conversations", json={"site": "demo"})
        talk = opened.raise_for_status().json()
        await _sign_in(stack, talk["conversation"], person)
        token = {"Authorization": f"Bearer {talk['token']}"}
        path = f"/api/chat/conversations/{talk['conversation']}"

        async def look() -> None:
            body = {"client_id": str(uuid.uuid4()), "text": QUESTION}
            sent = await http.post(path + "/messages", json=body, headers=token)
            after = sent.raise_for_status().json()["seq"]
            news = await http.get(f"{path}/events?after={after}&wait=10", headers=token)
            if news.raise_for_status().json()[0]["card"]["type"] != "contributions":
                raise RuntimeError("not the record")

        ours = await _times(look)
    registry = await _registry(stack, person["id_number"])
    return OwnRecord(*_quantiles(ours), *_quantiles(registry))


async def _registry(stack: Stack, number: str) -> list[float]:
    """The same questions, asked without us."""
    registries = Registries(stack.settings["REGISTRY_URL"], stack.settings["REGISTRY_TOKEN"])

    async def ask() -> None:
        await asyncio.gather(
            registries.contributions(number, "pension", REGIONS),
            registries.benefits(number, REGIONS),
            registries.persons(number, REGIONS),
        )

    try:
        return await _times(ask)
    finally:
        await registries.close()


async def _times(act: Callable[[], Awaitable[None]]) -> list[float]:
    taken = []
    for _ in range(WARM + LOOK_UPS):
        begun = time.perf_counter()
        await act()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken[WARM:]


def _quantiles(taken: list[float]) -> tuple[float, float]:
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


async def _sign_in(stack: Stack, conversation: str, person: dict[str, str]) -> None:
    key, now = read_key(stack.settings["VAULT_KEY"]), datetime.now(UTC)
    index_key = hash_key(stack.settings["INDEX_KEY"], key, INDEX)
    identity = Identity(
        uuid.UUID(conversation),
        person["sub"],
        person["name"],
        person["id_number"],
        "urn:wenbao:acr:loa3",
        now,
    )
    database = open_database(stack.settings["DATABASE_URL"], pool_size=1)
    async with database.begin() as db:
        await bind(db, key, identity, now)
        who = reference(index_key, identity.citizen)
        await consents.give(db, who, consents.LOOK_UPS, CONSENT_VERSION, identity.conversation, now)
    await database.dispose()


def main() -> None:
    """Bring a stack up, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        stack = start(Path(folder), free_port(), ROOT / "models/wenbao.tar.gz", WITHOUT_LIMITS)
        try:
            asyncio.run(prepare(stack.settings["DATABASE_URL"], stack.settings["CENTRE_URL"]))
            if not run.came_up(stack):
                raise RuntimeError("the stack did not come up")
            found = asyncio.run(measure(stack))
        finally:
            stack.stop()
    print(found.row)
    print(f"whole {found.p50:.1f} / {found.p99:.1f} ms, registry {found.registry_p50:.1f} ms")


if __name__ == "__main__":
    main()
