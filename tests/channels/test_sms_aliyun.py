"""Aliyun's own SDK against a stand-in that holds each call against the documented shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from channels.codes.aliyun import AliyunSms
from channels.codes.provider import SmsFailed, SmsRefused
from channels.settings import Settings
from tests.stand_ins.serving import Served, free_port

# The SDK asks for the time in a way that Python is going to drop.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


@dataclass
class StandInAliyun:
    """Answers SendSms as set up, and remembers what it heard."""

    answer: dict[str, Any] = field(
        default_factory=lambda: {"Code": "OK", "Message": "OK", "BizId": "1", "RequestId": "r"}
    )
    status: int = 200
    heard: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/")
        async def send(request: Request) -> JSONResponse:
            self.heard.append((dict(request.headers), dict(request.query_params)))
            return JSONResponse(self.answer, self.status)

        return app


@pytest.fixture
def aliyun() -> Iterator[tuple[StandInAliyun, str]]:
    stand_in, port = StandInAliyun(), free_port()
    served = Served(stand_in.app(), port)
    served.start()
    yield stand_in, f"http://127.0.0.1:{port}"
    served.let_go()


@pytest.fixture
def sms(aliyun: tuple[StandInAliyun, str], environment: dict[str, Any]) -> AliyunSms:
    settings = Settings(
        **environment
        | {
            "sms_provider": "aliyun",
            "sms_endpoint": aliyun[1],
            "sms_access_key_id": "LTAI-example",
            "sms_access_key_secret": "not-a-secret",
            "sms_signature": "问保",
            "sms_template_sign_in": "SMS_1001",
            "sms_template_register": "SMS_1002",
            "sms_seconds": 2,
        }
    )
    return AliyunSms(settings)


async def test_the_call_has_the_documented_shape(
    aliyun: tuple[StandInAliyun, str], sms: AliyunSms
) -> None:
    await sms.send("13800001234", "123456", "sign_in")
    [(headers, query)] = aliyun[0].heard
    assert headers["x-acs-action"] == "SendSms"
    assert headers["x-acs-version"] == "2017-05-25"
    assert headers["authorization"].startswith("ACS3-HMAC-SHA256 Credential=LTAI-example,")
    assert query == {
        "PhoneNumbers": "13800001234",
        "SignName": "问保",
        "TemplateCode": "SMS_1001",
        "TemplateParam": json.dumps({"code": "123456"}),
    }


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "x", "RequestId": "r"}),
        (400, {"Code": "InvalidAccessKeyId.NotFound", "Message": "x", "RequestId": "r"}),
        (503, {"Code": "ServiceUnavailable", "Message": "x", "RequestId": "r"}),
    ],
)
async def test_anything_but_ok_is_a_failure(
    aliyun: tuple[StandInAliyun, str], sms: AliyunSms, status: int, answer: dict[str, str]
) -> None:
    aliyun[0].status, aliyun[0].answer = status, answer
    with pytest.raises(SmsFailed):
        await sms.send("13800001234", "123456", "register_phone")
    assert len(aliyun[0].heard) == 1


async def test_a_notice_is_a_template_without_variables_under_our_name(
    aliyun: tuple[StandInAliyun, str], sms: AliyunSms
) -> None:
    await sms.notify("13800001234", "SMS_2001", "k" * 32)
    assert aliyun[0].heard[0][1] == {
        "PhoneNumbers": "13800001234",
        "SignName": "问保",
        "TemplateCode": "SMS_2001",
        "OutId": "k" * 32,
    }


@pytest.mark.parametrize(
    ("code", "for_ever"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", True),
        ("isv.SMS_TEMPLATE_ILLEGAL", True),
        ("isv.BUSINESS_LIMIT_CONTROL", False),
        ("isp.SYSTEM_ERROR", False),
    ],
)
async def test_what_is_wrong_for_ever_is_told_from_what_passes(
    aliyun: tuple[StandInAliyun, str], sms: AliyunSms, code: str, for_ever: bool
) -> None:
    aliyun[0].answer = {"Code": code, "Message": "x", "RequestId": "r"}
    with pytest.raises(SmsFailed) as problem:
        await sms.notify("13800001234", "SMS_2001", "k" * 32)
    assert isinstance(problem.value, SmsRefused) is for_ever
