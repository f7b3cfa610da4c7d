"""A running gateway with one citizen whose telephone is known."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from records.database import open_database
from records.own import phones
from records.own.phones import Holder
from records.vault import blind
from tests.channels.codes.desk import PHONE, Codes, HeardSms
from tests.conftest import OpenGateway


@pytest.fixture
async def ours(open_gateway: OpenGateway) -> AsyncIterator[Codes]:
    async with open_gateway(address_sign_in_pages_per_minute=100_000) as gateway:
        sms, parts = HeardSms(), gateway.app.state.parts
        gateway.app.state.parts = dataclasses.replace(parts, sms=sms)
        # The gateway's own connections belong to its thread.
        database = open_database(gateway.settings.database_url.get_secret_value(), pool_size=2)
        index_key = gateway.settings.index_hash_key
        async with database.begin() as db:
            await phones.register(
                db,
                gateway.settings.key,
                index_key,
                blind(index_key, "phone", PHONE),
                Holder("sub-1", "王芳", "31010119800101001X"),
                datetime.now(UTC),
            )
        yield Codes(gateway, sms, database)
        await database.dispose()
