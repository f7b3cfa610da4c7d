"""On a slow or busy machine the first of a kind takes long: it is over before a citizen asks."""

from __future__ import annotations

import time
from typing import Any

import pytest
import xmlschema

from actions.exchange import schemas
from actions.record.asking import DATABASE_SECONDS
from tests.actions.papers.conftest import SignInAs
from tests.actions.papers.test_exchange import sent


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A validator takes longer to be made than the records give a step."""
    make = xmlschema.XMLSchema

    def made(*given: Any, **named: Any) -> xmlschema.XMLSchema:
        time.sleep(DATABASE_SECONDS + 0.2)
        return make(*given, **named)

    schemas._xmlschema.cache_clear()
    monkeypatch.setattr("actions.exchange.schemas.xmlschema.XMLSchema", made)


@pytest.mark.usefixtures("slow")
async def test_the_first_application_of_a_process_is_taken(sign_in_as: SignInAs) -> None:
    assert (await sent(await sign_in_as("douyue"))).state == "queued"
