"""Checks a document's shape with two validators that know nothing of each other."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import xmlschema
from lxml import etree

FILE = Path(__file__).resolve().parents[2] / "data/exchange/schemas/message.xsd"


class SchemaInvalid(Exception):
    """The document does not have the shape of a message, says at least one validator."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("schema")
        self.problems = problems  # paths and rules; they may hold values, so they are not logged


def load() -> None:
    """Make both validators now: that takes longer than the records give a whole step."""
    _libxml2()
    _xmlschema()


def check_shape(xml: bytes) -> None:
    """`SchemaInvalid` unless libxml2 and xmlschema both find the document well."""
    problems = (*_with_libxml2(xml), *_with_xmlschema(xml))
    if problems:
        raise SchemaInvalid(problems)


def _with_libxml2(xml: bytes) -> tuple[str, ...]:
    schema = _libxml2()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    if schema.validate(etree.fromstring(xml, parser)):
        return ()
    log: Any = schema.error_log  # iterable, which its stubs do not know
    return tuple(f"libxml2: {one.message}" for one in log)


def _with_xmlschema(xml: bytes) -> tuple[str, ...]:
    errors = _xmlschema().iter_errors(io.BytesIO(xml))
    return tuple(f"xmlschema: {one.path}: {one.reason}" for one in errors)


@cache
def _libxml2() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(FILE)))


@cache
def _xmlschema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(FILE), allow="local", defuse="always")
