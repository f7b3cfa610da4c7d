"""Signing in by a code, without scripts."""

from __future__ import annotations

import dataclasses
import re
import uuid
from datetime import UTC, datetime

import httpx

from records.database import open_database
from records.own import phones
from records.own.phones import Holder
from records.vault import blind
from tests.channels.codes.desk import HeardSms
from tests.conftest import Gateway

FORM, PHONE = "/chat/form", "13800001234"


async def known_phone(gateway: Gateway) -> HeardSms:
    """What is sent to a phone that a citizen has registered."""
    sms = HeardSms()
    gateway.app.state.parts = dataclasses.replace(gateway.app.state.parts, sms=sms)
    database = open_database(gateway.settings.database_url.get_secret_value(), pool_size=1)
    key, index_key = gateway.settings.key, gateway.settings.index_hash_key
    holder = Holder("sub-1", "王芳", "31010119800101001X")
    async with database.begin() as db:
        phone = blind(index_key, "phone", PHONE)
        await phones.register(db, key, index_key, phone, holder, datetime.now(UTC))
    await database.dispose()
    return sms


async def test_the_code_that_came_signs_in_and_a_wrong_one_may_be_mended(gateway: Gateway) -> None:
    sms = await known_phone(gateway)
    async with httpx.AsyncClient(
        base_url=gateway.url, follow_redirects=True, timeout=20, trust_env=False
    ) as browser:
        known = {"client_id": str(uuid.uuid4())}
        page = await browser.post(FORM, data={**known, "text": "登录"})
        known["proof"] = re.findall(r'name="proof" value="([^"]*)"', page.text)[0]
        wish = {"code_for": "sign_in", "field.phone": PHONE}
        page = await browser.post(FORM, data={**known, **wish})
        assert 'autocomplete="one-time-code"' in page.text
        answer = {**known, "purpose": "sign_in", "seq": "2"}
        page = await browser.post(FORM, data={**answer, "code": "12345"})
        assert (page.status_code, "验证码不对" in page.text) == (422, True)
        assert 'autocomplete="one-time-code"' in page.text
        page = await browser.post(FORM, data={**answer, "code": sms.sent[0][1]})
        assert "登录成功" in page.text
