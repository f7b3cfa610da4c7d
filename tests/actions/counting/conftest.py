"""A stage with the real knowledge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest

from actions.knowledge.shelf import Shelf
from actions.talk.parts import Parts
from tests.actions.stage import ROOT, Stage


@pytest.fixture
async def desk(
    serve: Callable[[Parts], Awaitable[httpx.AsyncClient]], parts: Parts, stage: Stage
) -> Stage:
    """The stage with the real knowledge."""
    real = replace(parts, shelf=Shelf(ROOT / "data/knowledge"))
    return Stage(await serve(real), stage.clock, stage.conversation)
