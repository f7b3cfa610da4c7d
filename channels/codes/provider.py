"""Who sends a code by SMS: a sandbox that shows it on a page, Aliyun, or nobody."""

from __future__ import annotations

import logging
from typing import Protocol

import httpx

from channels.settings import Settings

log = logging.getLogger(__name__)


class SmsFailed(Exception):
    """The message did not go out."""


class SmsRefused(SmsFailed):
    """The provider will never take this message."""


class Sms(Protocol):
    """Sends a code, or a notice, to a phone."""

    async def send(self, phone: str, code: str, purpose: str) -> None:
        """Hand the message over, or raise `SmsFailed`; neither phone nor code is logged."""

    async def notify(self, phone: str, template: str, key: str) -> None:
        """Hand over a message that is the template itself; `key` names it for the receipts."""


class NoSms:
    """No provider is set: codes cannot be had."""

    async def send(self, phone: str, code: str, purpose: str) -> None:
        """Always fails."""
        raise SmsFailed("no provider")

    async def notify(self, phone: str, template: str, key: str) -> None:
        """Always fails."""
        raise SmsRefused("no provider")


class SandboxSms:
    """The stand-in of `make run`: a page that shows what phones would get."""

    def __init__(self, url: str, token: str, http: httpx.AsyncClient, seconds: float) -> None:
        self._url = url.rstrip("/") + "/messages"
        self._token = token
        self._http = http
        self._seconds = seconds

    async def send(self, phone: str, code: str, purpose: str) -> None:
        """Put the code on the page."""
        await self._post({"phone": phone, "code": code, "purpose": purpose})

    async def notify(self, phone: str, template: str, key: str) -> None:
        """Put the notice on the page."""
        await self._post({"phone": phone, "code": "", "purpose": template, "key": key})

    async def _post(self, told: dict[str, str]) -> None:
        try:
            said = await self._http.post(
                self._url,
                json=told,
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=self._seconds,
            )
        except httpx.HTTPError as problem:
            raise SmsFailed(type(problem).__name__) from problem
        if said.status_code == 422:
            raise SmsRefused("refused")
        if said.status_code != 201:
            raise SmsFailed(f"status {said.status_code}")


def open_sms(settings: Settings, http: httpx.AsyncClient) -> Sms:
    """The provider that the settings name."""
    if settings.sms_provider == "aliyun":
        from channels.codes.aliyun import AliyunSms

        return AliyunSms(settings)
    if settings.sms_provider == "sandbox":
        token = settings.sms_token.get_secret_value()
        return SandboxSms(settings.sms_url, token, http, settings.sms_seconds)
    return NoSms()
