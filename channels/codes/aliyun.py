"""Aliyun's short-message service, by its official SDK; the endpoint can be set to another."""

from __future__ import annotations

import json
from typing import Any

from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import SendSmsRequest  # type: ignore[attr-defined]
from alibabacloud_tea_openapi.models import Config  # type: ignore[attr-defined]
from alibabacloud_tea_util.models import RuntimeOptions

from channels.codes.provider import SmsFailed, SmsRefused
from channels.settings import Settings

# Errors of Aliyun's that pass: the citizen had enough for now, or we have to pay.
LATER = frozenset({"isv.BUSINESS_LIMIT_CONTROL", "isv.OUT_OF_SERVICE", "isv.AMOUNT_NOT_ENOUGH"})


class AliyunSms:
    """Holds the client; signature and template are those that Aliyun approved."""

    def __init__(self, settings: Settings) -> None:
        address = settings.sms_endpoint
        scheme, _, host = address.rpartition("://")
        self._client: Any = Client(
            Config(
                access_key_id=settings.sms_access_key_id,
                access_key_secret=settings.sms_access_key_secret.get_secret_value(),
                endpoint=host,
                protocol=scheme or "https",
            )
        )
        self._signature = settings.sms_signature
        self._templates = {
            "sign_in": settings.sms_template_sign_in,
            "register_phone": settings.sms_template_register,
            # The same kind of text: a code that proves who holds the telephone.
            "notices": settings.sms_template_register,
        }
        # A message that was sent twice would cost the citizen's patience and the day's count.
        milliseconds = int(settings.sms_seconds * 1000)
        self._options = RuntimeOptions(
            autoretry=False, connect_timeout=milliseconds, read_timeout=milliseconds
        )

    async def send(self, phone: str, code: str, purpose: str) -> None:
        """Hand the message over; anything but the word OK in the answer is a failure."""
        await self._send(
            phone_numbers=phone,
            template_code=self._templates[purpose],
            template_param=json.dumps({"code": code}),
        )

    async def notify(self, phone: str, template: str, key: str) -> None:
        """Hand over a template without variables."""
        await self._send(phone_numbers=phone, template_code=template, out_id=key)

    async def _send(self, **told: Any) -> None:
        request = SendSmsRequest(sign_name=self._signature, **told)
        try:
            said = await self._client.send_sms_with_options_async(request, self._options)
        except Exception as problem:  # the SDK's errors share no parent of their own
            raise SmsFailed(type(problem).__name__) from problem
        code = said.body.code if said.body is not None else None
        if code == "OK":
            return
        # What is wrong with the order itself stays wrong; a limit is over some time.
        if str(code).startswith("isv.") and code not in LATER:
            raise SmsRefused("refused")
        raise SmsFailed("refused")
