"""How the settings and secrets of accounts have to be: a test, and the words for what is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LONGEST = 1024
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Shape:
    """How a value has to be."""

    wanted: str
    holds: Callable[[Any], bool]


def pattern(written: str, wanted: str) -> Shape:
    """A text, or a whole number as it is written, that the pattern describes."""
    matches = re.compile(written).fullmatch
    return Shape(wanted, lambda value: _is_written(value) and bool(matches(str(value))))


def one_of(*values: str) -> Shape:
    """One of a few words."""
    return Shape(f"one of {', '.join(values)}", lambda value: value in values)


def _is_written(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _is_address(value: Any) -> bool:
    """HTTPS, or this machine: no provider is called in the clear."""
    try:
        parts = urlsplit(value) if isinstance(value, str) and value.isprintable() else None
        host, _port = (parts.hostname, parts.port) if parts else (None, None)
    except ValueError:
        return False
    if parts is None or not host or " " in value or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


def _is_text(value: Any) -> bool:
    return _is_written(value) and 0 < len(str(value).strip()) <= LONGEST and _is_plain(str(value))


def _is_plain(text: str) -> bool:
    """PostgreSQL and UTF-8 take it, and nobody's line is broken by it."""
    return all(sign.isprintable() or sign == "\n" for sign in text)


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_text(one) for one in value.values())


def _is_wechats_notice(value: Any) -> bool:
    return (
        _is_notice(value, {"template", "data", "page", "by"})
        and _is_texts(value["answered"].get("data", {}))
        and value["answered"].get("by", "template") in ("template", "subscription")
    )


def _is_notice(value: Any, names: set[str]) -> bool:
    """`{"answered": …}` with a template, and nothing that is not known."""
    if not isinstance(value, dict) or value.keys() != {"answered"}:
        return False
    told = value["answered"]
    if not isinstance(told, dict) or not {"template"} <= told.keys() <= names:
        return False
    return all(_is_text(one) for name, one in told.items() if name != "data")


# What goes into headers and queries as it is; a blank or a line end came along when copying.
SECRET = pattern(rf"[\x21-\x7e]{{1,{LONGEST}}}", "visible signs of ASCII without blanks")
ID = pattern(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,127}", "letters, digits and . _ @ -")
NUMBER = pattern(r"[0-9]{1,32}", "a number")
TOKEN = pattern(r"[A-Za-z0-9]{3,32}", "3 to 32 letters and digits")
LOCALE = pattern(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", "a language such as zh-CN")
ADDRESS = Shape("an address with https://", _is_address)
TEXT = Shape(f"a text of at most {LONGEST} signs", _is_text)
FLAG = Shape("true or false", lambda value: isinstance(value, bool))
TEXTS = Shape('an object of texts such as {"KEY": "text"}', _is_texts)
WECHATS_NOTICES = Shape('{"answered": {"template", "data", "page", "by"}}', _is_wechats_notice)
WHATSAPPS_NOTICES = Shape(
    '{"answered": {"template", "language"}}',
    lambda value: _is_notice(value, {"template", "language"}),
)
AES_KEY = pattern(r"[A-Za-z0-9+/]{43}", "43 characters of base64")
