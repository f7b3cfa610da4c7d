"""Reads and writes what WeChat sends and takes: XML or JSON, as the account is set up there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

MOST_DEPTH = 8
MOST_ELEMENTS = 500

Fields = dict[str, Any]


class Illegible(Exception):
    """Neither XML nor JSON as WeChat writes it."""


def is_json(body: bytes) -> bool:
    """Whether it is written as JSON."""
    return body.lstrip()[:1] == b"{"


def read(body: bytes) -> Fields:
    """The fields of a message."""
    return _read_json(body) if is_json(body) else _read_xml(body)


def write(fields: Mapping[str, Any], *, as_json: bool) -> str:
    """The fields as WeChat reads them."""
    if as_json:
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return f"<xml>{_elements(fields)}</xml>"


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """A field as text; JSON has some as numbers, and what is missing is empty."""
    found = fields.get(name)
    if isinstance(found, str):
        return found
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else ""


def _read_json(body: bytes) -> Fields:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise Illegible from problem
    if not isinstance(found, dict):
        raise Illegible
    return found


def _read_xml(body: bytes) -> Fields:
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    # Neither a DTD nor what could come with one has any business here.
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError) as problem:
        raise Illegible from problem
    if not isinstance(reader.root, dict):
        raise Illegible
    return reader.root


def _refuse(*_: object) -> int:
    raise Illegible


class _Reader:
    """Builds nested fields: an element with elements in it is fields, one without is text."""

    def __init__(self) -> None:
        self.root: Any = None
        self._open: list[tuple[str, Fields, list[str]]] = []
        self._many = 0

    def start(self, name: str, _: object) -> None:
        self._many += 1
        if len(self._open) >= MOST_DEPTH or self._many > MOST_ELEMENTS:
            raise Illegible
        self._open.append((name, {}, []))

    def text(self, written: str) -> None:
        if self._open:
            self._open[-1][2].append(written)

    def end(self, _: str) -> None:
        name, fields, written = self._open.pop()
        value: Any = fields or "".join(written)
        if not self._open:
            self.root = value
            return
        around = self._open[-1][1]
        if name not in around:
            around[name] = value
        elif isinstance(around[name], list):
            around[name].append(value)
        else:
            around[name] = [around[name], value]


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return f"<{name}>" + "".join(_element("item", one) for one in value) + f"</{name}>"
    if isinstance(value, Mapping):
        return f"<{name}>{_elements(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    return f"<{name}><![CDATA[{_legal(str(value))}]]></{name}>"


def _legal(text: str) -> str:
    """Without characters that XML does not have; a CDATA section cannot hold its own end."""
    kept = "".join(
        character
        for character in text
        if character in "\t\n\r"
        or "\x20" <= character <= "\ud7ff"
        or "\ue000" <= character <= "\ufffd"
        or character >= "\U00010000"
    )
    return kept.replace("]]>", "]]]]><![CDATA[>")
