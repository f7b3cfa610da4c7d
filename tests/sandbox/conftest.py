"""One running registry for all tests of this folder, well and with an empty memory for each."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.running import TOKEN, RunningRegistry, running_registry


@pytest.fixture(scope="session")
def started() -> Iterator[RunningRegistry]:
    """The server."""
    with running_registry() as registry:
        yield registry


@pytest.fixture
def registry(started: RunningRegistry) -> RunningRegistry:
    """The server, as if just started."""
    started.reset()
    return started


@pytest.fixture
def caller(registry: RunningRegistry) -> Iterator[httpx.Client]:
    """A caller with the token."""
    with httpx.Client(
        base_url=registry.url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False
    ) as http:
        yield http
