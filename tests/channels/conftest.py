"""The identity provider of the sandbox, and a gateway to which it sends citizens back."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest

from channels.settings import Settings
from tests.conftest import Gateway, OpenGateway, serving
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.identity import StandInIdentity
from tests.stand_ins.identity_sandbox import (
    CLIENT_ID,
    CLIENT_SECRET,
    Browser,
    IdentitySandbox,
    running_identity,
)
from tests.stand_ins.identity_trace import Behind

# To read the machine's certificates for each browser takes longer than most tests.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OpenDesk = Callable[..., AbstractAsyncContextManager[Gateway]]


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentitySandbox]:
    """The real provider of the sandbox, running."""
    with running_identity(tmp_path_factory.mktemp("identity")) as sandbox:
        yield sandbox


@pytest.fixture
def open_desk(environment: dict[str, Any], identity: IdentitySandbox) -> OpenDesk:
    """Starts a gateway where the provider expects it, with some settings changed."""

    @asynccontextmanager
    async def opened(**changed: Any) -> AsyncIterator[Gateway]:
        own = {
            "public_url": identity.gateway_url,
            "port": identity.gateway_port,
            "identity_issuer": identity.issuer,
            "identity_client_id": CLIENT_ID,
            "identity_client_secret": CLIENT_SECRET,
            "sign_in_links_per_minute": 100_000,
            "address_sign_in_pages_per_minute": 100_000,
        }
        async with serving(Settings(**{**environment, **own, **changed})) as running:
            yield running

    return opened


@pytest.fixture
async def desk(open_desk: OpenDesk) -> AsyncIterator[Gateway]:
    """A running gateway to which the provider sends citizens back."""
    async with open_desk() as running:
        yield running


@pytest.fixture
async def new_browser() -> AsyncIterator[Callable[[], Browser]]:
    """Opens browsers that know nothing yet."""
    opened: list[httpx.AsyncClient] = []

    def new() -> Browser:
        opened.append(httpx.AsyncClient(timeout=20, trust_env=False, verify=NO_TLS))
        return Browser(opened[-1])

    yield new
    for http in opened:
        await http.aclose()


@pytest.fixture
def browser(new_browser: Callable[[], Browser]) -> Browser:
    """The citizen's browser."""
    return new_browser()


@pytest.fixture
def liar() -> Iterator[StandInIdentity]:
    """The stand-in provider, telling the truth until it is told to lie."""
    stand_in = StandInIdentity()
    stand_in.served.start()
    yield stand_in
    stand_in.served.let_go()


@pytest.fixture
async def lied_to(open_gateway: OpenGateway, liar: StandInIdentity) -> AsyncIterator[Gateway]:
    """A running gateway that believes the stand-in provider as far as it can prove itself."""
    async with open_gateway(
        identity_issuer=liar.url,
        identity_client_secret=CLIENT_SECRET,
        identity_seconds=1,
        sign_in_links_per_minute=100_000,
        address_sign_in_pages_per_minute=100_000,
    ) as running:
        yield running


@pytest.fixture
def behind(database_url: str, engine: StandInEngine) -> Iterator[Behind]:
    """What there is behind the sign-in: who is bound, what is kept, what the engine heard."""
    looking = Behind(database_url, engine)
    yield looking
    looking.close()
