"""Calls that are not the provider's own fresh calls, in every way that one can think of."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.channels.messengers.neighbours import calls
from tests.channels.messengers.neighbours.calls import Call, as_json
from tests.channels.messengers.neighbours.odd import BIG, RUBBISH, Forge, away, odd_time, wrong
from tests.channels.messengers.neighbours.wecom_forgeries import wecom


def with_header(call: Call, name: str, value: str) -> Call:
    """The call with another header."""
    raw = value.encode("latin-1", "ignore").decode("latin-1").strip() or "x"
    return replace(call, headers={**call.headers, name: raw})


def without(call: Call, *names: str) -> Call:
    """The call without some headers."""
    return replace(call, headers={k: v for k, v in call.headers.items() if k not in names})


def header_forgeries(
    name: str, right: Callable[[], Call], other: Callable[[], Call]
) -> list[Forge]:
    """Those that every signature in a header has to stand."""
    return [
        lambda chance: with_header(right(), name, wrong(chance, right().headers[name])),
        lambda chance: without(right(), name),
        lambda chance: replace(right(), body=other().body),
        lambda chance: replace(right(), body=right().body + chance.choice([b" ", b"\n", b"\0"])),
        lambda chance: replace(right(), body=right().body.replace(b"\xe9", b"\xe8", 1)[:-1]),
    ]


# DingTalk over HTTP


def dingtalk() -> list[Forge]:
    """Its signature covers the time alone; see also the test of a signature with another body."""

    def right() -> Call:
        return calls.dingtalk_call(calls.dingtalk_fields("staff1", "真"))

    def odd(chance: Random) -> Call:
        return calls.dingtalk_call(calls.dingtalk_fields("staff1", "时"), at=odd_time(chance))

    return [
        odd,
        lambda chance: with_header(right(), "sign", wrong(chance, right().headers["sign"])),
        lambda chance: without(right(), "sign"),
        lambda chance: without(right(), "timestamp"),
        lambda chance: without(right(), "sign", "timestamp"),
        lambda chance: with_header(right(), "timestamp", str(int(time.time() * 1000) + 5000)),
        lambda chance: calls.dingtalk_call(
            calls.dingtalk_fields("staff1", "旧"), at=f"{away(chance)}000"
        ),
        lambda chance: calls.dingtalk_call(
            calls.dingtalk_fields("staff1", "令"), secret=f"guess{chance.random()}"
        ),
        lambda chance: calls.dingtalk_call(
            calls.dingtalk_fields("staff1", "错", robotCode=f"other{chance.random()}")
        ),
        lambda chance: calls.dingtalk_call(calls.dingtalk_fields("staff1", BIG)),
        lambda chance: replace(right(), body=chance.choice(RUBBISH)),
        lambda chance: calls.dingtalk_call(
            calls.dingtalk_fields("staff1", "号", msgId=chance.choice(["", "é", "x" * 200]))
        ),
    ]


# Feishu


def feishu() -> list[Forge]:
    """Encrypted, signed, with our token inside, for our application: each by itself."""
    right, event = _feishu_right, _feishu_event
    return [
        *header_forgeries("X-Lark-Signature", right, right),
        _feishu_flipped,
        _feishu_padding,
        _feishu_truncated,
        _feishu_asks,
        lambda chance: _feishu_changed("token", chance),
        lambda chance: _feishu_changed("app_id", chance),
        lambda chance: calls.feishu_call(event("旧"), at=str(away(chance))),
        lambda chance: calls.feishu_call(event("时"), at=odd_time(chance) or "x"),
        lambda chance: calls.feishu_call(event("钥"), key=f"guess{chance.random()}"),
        lambda chance: calls.feishu_call(event("签"), signed_by=f"guess{chance.random()}"),
        lambda chance: replace(right(), body=as_json(event("明"))),
        lambda chance: without(right(), "X-Lark-Request-Timestamp", "X-Lark-Request-Nonce"),
        lambda chance: calls.feishu_call(event(BIG)),
        lambda chance: replace(right(), body=chance.choice(RUBBISH)),
        lambda chance: calls.feishu_signed(calls.feishu_sealed(chance.choice(RUBBISH))),
    ]


def _feishu_event(text: str = "真") -> dict[str, object]:
    return calls.feishu_event("ou_1", text)


def _feishu_right() -> Call:
    return calls.feishu_call(_feishu_event())


def _feishu_changed(part: str, chance: Random) -> Call:
    told = calls.feishu_event("ou_1", "错")
    told["header"][part] = chance.choice(["", "other", told["header"][part] + "x"])
    return calls.feishu_call(told)


def _feishu_flipped(chance: Random) -> Call:
    raw = bytearray(base64.b64decode(json.loads(_feishu_right().body)["encrypt"]))
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    body = as_json({"encrypt": base64.b64encode(bytes(raw)).decode()})
    return replace(_feishu_right(), body=body)


def _feishu_padding(chance: Random) -> Call:
    plain = as_json(_feishu_event())
    size = 16 - len(plain) % 16
    fill = bytes([0] * (size - 1) + [chance.choice([0, 17, 64, 255])])
    return calls.feishu_signed(calls.feishu_sealed(plain, fill=fill))


def _feishu_truncated(chance: Random) -> Call:
    sealed = calls.feishu_sealed(as_json(_feishu_event()))
    return calls.feishu_signed(sealed[: chance.randrange(1, len(sealed) - 1)])


def _feishu_asks(chance: Random) -> Call:
    told = {"type": "url_verification", "challenge": "c", "token": chance.choice(["", "x"])}
    return calls.feishu_call(told)


# Telegram, LINE, Slack, WhatsApp


def telegram() -> list[Forge]:
    """A secret in a header is all that there is."""

    def update() -> dict[str, object]:
        return calls.telegram_update("7001", "真")

    secret = calls.SECRET_TOKEN
    return [
        lambda chance: calls.telegram_call(update(), None),
        lambda chance: calls.telegram_call(update(), wrong(chance, secret).strip() or "x"),
        lambda chance: calls.telegram_call(update(), secret[: chance.randrange(1, len(secret))]),
        lambda chance: calls.telegram_call(update(), secret.upper()),
        lambda chance: calls.telegram_call(update(), calls.BOT_TOKEN),
        lambda chance: calls.telegram_call(calls.telegram_update("7001", BIG)),
        lambda chance: replace(calls.telegram_call(update()), body=chance.choice(RUBBISH)),
        lambda chance: calls.telegram_call(
            {**update(), "update_id": chance.choice([None, "x", 1.5, True, "9" * 30, -4])}
        ),
    ]


def line() -> list[Forge]:
    """The signature covers the whole body."""

    def right() -> Call:
        return calls.line_call(as_json(calls.line_events("U1", "真")))

    return [
        *header_forgeries("X-Line-Signature", right, right),
        lambda chance: calls.line_call(right().body, secret=f"guess{chance.random()}"),
        lambda chance: calls.line_call(
            as_json({**calls.line_events("U1", "错"), "destination": chance.choice(["", "U9"])})
        ),
        lambda chance: calls.line_call(as_json(calls.line_events("U1", BIG))),
        lambda chance: calls.line_call(chance.choice(RUBBISH)),
    ]


def slack() -> list[Forge]:
    """The signature covers the time and the whole body."""

    def right() -> Call:
        return calls.slack_call(as_json(calls.slack_event("D1", "真")))

    stamp = "X-Slack-Request-Timestamp"
    return [
        *header_forgeries("X-Slack-Signature", right, right),
        lambda chance: calls.slack_call(right().body, secret=f"guess{chance.random()}"),
        lambda chance: calls.slack_call(right().body, at=str(away(chance))),
        lambda chance: calls.slack_call(right().body, at=odd_time(chance) or "x"),
        lambda chance: with_header(right(), stamp, str(int(time.time()) - 7)),
        lambda chance: without(right(), stamp),
        lambda chance: calls.slack_call(
            as_json({**calls.slack_event("D1", "错"), "api_app_id": chance.choice(["", "A2"])})
        ),
        lambda chance: calls.slack_call(as_json(calls.slack_event("D1", BIG))),
        lambda chance: calls.slack_call(chance.choice(RUBBISH)),
    ]


def whatsapp() -> list[Forge]:
    """The signature covers the whole body."""

    def right() -> Call:
        return calls.whatsapp_call(as_json(calls.whatsapp_value("1650", "真")))

    def another_number(chance: Random) -> Call:
        told = calls.whatsapp_value("1650", "错")
        number = chance.choice(["", "43", "4"])
        told["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = number
        return calls.whatsapp_call(as_json(told))

    def older(chance: Random) -> Call:
        call = right()
        given = call.headers["X-Hub-Signature-256"].removeprefix("sha256=")
        return Call(call.body, {"X-Hub-Signature": f"sha1={given[:40]}"})

    return [
        *header_forgeries("X-Hub-Signature-256", right, right),
        another_number,
        older,
        lambda chance: with_header(
            right(), "X-Hub-Signature-256", right().headers["X-Hub-Signature-256"][7:]
        ),
        lambda chance: calls.whatsapp_call(right().body, secret=f"guess{chance.random()}"),
        lambda chance: calls.whatsapp_call(as_json(calls.whatsapp_value("1650", BIG))),
        lambda chance: calls.whatsapp_call(chance.choice(RUBBISH)),
    ]


FORGERIES: dict[str, list[Forge]] = {
    "wecom": wecom(lambda text: calls.wecom_fields("zhangsan", text)),
    "wecom-kf": wecom(lambda text: calls.kf_fields(Extra=text)),
    "dingtalk": dingtalk(),
    "feishu": feishu(),
    "telegram": telegram(),
    "line": line(),
    "slack": slack(),
    "whatsapp": whatsapp(),
}
