"""Actions in front of the sandbox registry, a citizen who signed in, and forms to fill in."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from actions.courier.desk import Desk
from actions.record.asking import CONSENT_VERSION
from actions.registries.client import Registries
from actions.talk.parts import Parts
from records.files import filled_forms
from records.identities import Identity, bind
from records.own import consents
from records.vault import reference
from sandbox.exchange.seal import own_key
from tests.actions.papers.node import RunningNode, running_node
from tests.actions.stage import Clock, Said, Stage
from tests.sandbox.running import RunningRegistry


@dataclass
class Person:
    """A citizen in the conversation of the stage."""

    stage: Stage
    parts: Parts
    sub: str
    id_number: str

    @property
    def who(self) -> str:
        """The reference."""
        return reference(self.parts.index_key, self.sub)

    async def step(self, step: str) -> Said:
        """Tap a button of ours."""
        return await self.stage.play(
            "action_exchange_step", "exchange_step", entities={"step": step}
        )

    async def keep(self, payload: str, **fields: str) -> None:
        """Keep what was filled in, as the gateway does."""
        conversation = uuid.UUID(self.stage.conversation)
        async with self.parts.database.begin() as db:
            await filled_forms.keep(
                db, self.parts.vault_key, conversation, payload, fields, self.stage.clock()
            )

    async def fill(self, payload: str, **fields: str) -> Said:
        """Fill in a form, as the gateway keeps it, and send it."""
        await self.keep(payload, **fields)
        step = payload.partition('"step": "')[2].partition('"')[0]
        return await self.step(step)


SignInAs = Callable[..., Awaitable[Person]]


@pytest.fixture
def registries(client: Registries) -> Registries:
    """The real client and the sandbox behind it."""
    return client


@pytest.fixture(scope="session")
def node_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the other side's key; to make one takes longer than a test."""
    folder = tmp_path_factory.mktemp("node-key")
    own_key(folder)
    return folder


@pytest.fixture
def node(tmp_path: Path, signing_dir: Path, node_key: Path) -> Iterator[RunningNode]:
    """The other side, running, with its key and no memory."""
    shutil.copytree(node_key, tmp_path / "node")
    with running_node(tmp_path / "node", signing_dir / "exchange.crt.pem") as running:
        yield running


@pytest.fixture
def silent(node: RunningNode) -> None:
    """The other side takes what it is sent, and answers nothing."""
    node.order(outcome="silent")


@pytest.fixture
async def desk(node: RunningNode, parts: Parts) -> AsyncIterator[Desk]:
    """The courier's desk in front of it."""
    yield node.desk(parts)
    for one in node.desks:
        await one.node.close()


@pytest.fixture
def sign_in_as(parts: Parts, stage: Stage, clock: Clock, sandbox: RunningRegistry) -> SignInAs:
    """Signs a citizen of the sandbox in, who has agreed to look-ups."""

    async def signed(
        login: str, level: str = "loa3", ago: float = 5, consent: bool = True
    ) -> Person:
        citizen = sandbox.people[login]
        identity = Identity(
            conversation=uuid.UUID(stage.conversation),
            citizen=f"sub-{login}",
            name=citizen.name,
            id_number=citizen.id_number,
            acr=f"urn:wenbao:acr:{level}",
            authenticated_at=clock() - timedelta(seconds=ago),
        )
        person = Person(stage, parts, identity.citizen, citizen.id_number)
        async with parts.database.begin() as db:
            await db.execute(text("DELETE FROM consents"))
            await bind(db, parts.vault_key, identity, clock())
            if consent:
                await consents.give(
                    db,
                    person.who,
                    consents.LOOK_UPS,
                    CONSENT_VERSION,
                    identity.conversation,
                    clock(),
                )
        return person

    return signed
