"""2,000 numbers in every spelling go through the whole stack: all of them end in the vault."""

from __future__ import annotations

import asyncio
import base64
import random
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import redis
from psycopg import sql

from channels.masking import check_digit
from records import sealed_values
from records.vault import unseal
from tests.conftest import Talk
from tests.journeys.conftest import Whole

pytestmark = pytest.mark.journey

EACH = 500  # of four kinds
CONVERSATIONS = 20
FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
GIVEN = "琬珺璟瑢瑾瓒晞昱曦暄旻昶翀翙韫韬"
SURNAMES = "王李张刘陈杨黄赵吴周"
SHAPES: dict[str, list[Callable[[str], str]]] = {
    "id": [
        str,
        str.lower,
        lambda n: n.translate(FULL),
        lambda n: f"{n[:6]} {n[6:14]} {n[14:]}",
        lambda n: f"{n[:6]}-{n[6:14]}-{n[14:]}",
        lambda n: f"{n[:6]}—{n[6:14]}—{n[14:]}",
        lambda n: f"{n[:6]}·{n[6:14]}·{n[14:]}",
        lambda n: f"{n[:4]} {n[4:8]} {n[8:12]} {n[12:16]} {n[16:]}",
        " ".join,
        "-".join,
        lambda n: f"{n[:17]} {n[17]}",
        lambda n: "\u3000".join((n[:6], n[6:14], n[14:])),
    ],
    "phone": [
        str,
        lambda n: n.translate(FULL),
        lambda n: f"{n[:3]} {n[3:7]} {n[7:]}",
        lambda n: f"{n[:3]}-{n[3:7]}-{n[7:]}",
        lambda n: f"{n[:3]}.{n[3:7]}.{n[7:]}",
        lambda n: f"+86{n}",
        lambda n: f"+86 {n}",
        lambda n: f"0086{n}",
        " ".join,
        lambda n: f"{n[:3]} {n[3:]}",
    ],
    "card": [
        str,
        lambda n: n.translate(FULL),
        lambda n: " ".join(n[place : place + 4] for place in range(0, len(n), 4)),
        lambda n: "-".join(n[place : place + 4] for place in range(0, len(n), 4)),
        lambda n: f"{n[:6]} {n[6:]}",
    ],
}


def resident_id(chance: random.Random) -> str:
    born = date(1940, 1, 1) + timedelta(days=chance.randrange(25_000))
    first = f"{chance.choice(('310199', '440199', '510199'))}{born:%Y%m%d}"
    first += f"{chance.randrange(1000):03d}"
    return first + check_digit(first)


def phone(chance: random.Random) -> str:
    return f"1{chance.choice('3456789')}{chance.randrange(10**9):09d}"


def card(chance: random.Random) -> str:
    length = chance.choice((16, 19))
    first = "62" + "".join(chance.choices("0123456789", k=length - 3))
    total = 0
    for place, digit in enumerate(reversed(first)):
        weighed = int(digit) * (2 - place % 2)
        total += weighed - 9 if weighed > 9 else weighed
    return first + str(-total % 10)


def name(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, 2))


def planted(chance: random.Random) -> tuple[list[str], set[str], set[str]]:
    """The sentences, the numbers in them, the names in them."""
    sentences, numbers, names = [], set(), set()
    for _ in range(EACH):
        own, other, called = resident_id(chance), resident_id(chance), name(chance)
        mobile, account = phone(chance), card(chance)
        numbers |= {own, other, mobile, account}
        names.add(called)
        sentences.append(
            f"身份证{chance.choice(SHAPES['id'])(own)}，电话{chance.choice(SHAPES['phone'])(mobile)}，"
            f"卡号{chance.choice(SHAPES['card'])(account)}，"
            f"帮我看看{called}{chance.choice(SHAPES['id'])(other)}的养老金怎么领"
        )
    return sentences, numbers, names


_GAP = re.compile(r"(?<=\d)[\s.。·•—–\-_\u2212]{1,2}(?=[\dXx])")
_RUN = re.compile(r"\d{11,}[Xx]?")


def numbers_in(told: str, wanted: set[str]) -> set[str]:
    """Which of the wanted numbers stand in a text, however they are written."""
    plain = _GAP.sub("", unicodedata.normalize("NFKC", told))
    found: set[str] = set()
    for run in _RUN.findall(plain):
        run = run.upper()
        for length in (11, 16, 18, 19):
            found |= {run[at : at + length] for at in range(len(run) - length + 1)} & wanted
    return found


def database(url: str) -> Iterable[tuple[str, str]]:
    """Every row of every table as text; bytes as they are."""
    with psycopg.connect(url) as db:
        tables = db.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (table,) in tables:
            query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
            for row in db.execute(query):
                yield table, " | ".join(_plain(one) for one in row)


def _plain(one: object) -> str:
    if isinstance(one, bytes | memoryview):
        return bytes(one).decode("utf-8", "replace")
    return str(one)


def valkey(url: str) -> Iterable[tuple[str, str]]:
    """Every key with its value."""
    with redis.Redis.from_url(url) as store:
        for key in store.scan_iter():
            kind = store.type(key).decode()
            value: object = {
                "string": lambda key: store.get(key),
                "list": lambda key: store.lrange(key, 0, -1),
                "hash": lambda key: store.hgetall(key),
                "set": lambda key: store.smembers(key),
                "zset": lambda key: store.zrange(key, 0, -1, withscores=True),
                "stream": lambda key: store.xrange(key),
                "none": lambda _: "",  # its time was up since it was listed
            }[kind](key)
            yield key.decode("utf-8", "replace"), _text(value)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return " ".join(_text(one) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple | set):
        return " ".join(_text(one) for one in value)
    return str(value)


def files(folder: Path) -> Iterable[tuple[str, str]]:
    """What stands on the disk: tables, write-ahead log, append-only files, logs."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.stat().st_size:
            yield str(file.relative_to(folder)), file.read_bytes().decode("latin-1")


async def say(talk: Talk, sentences: list[str]) -> None:
    for sentence in sentences:
        assert (await talk.ask(sentence))["from"] == "bot"


@pytest.mark.timeout(300)
async def test_2000_numbers_leave_no_trace_outside_the_vault(whole: Whole) -> None:
    sentences, numbers, names = planted(random.Random(2000))  # noqa: S311
    assert len(numbers) == 4 * EACH
    talks = [await whole.talk() for _ in range(CONVERSATIONS)]
    await asyncio.gather(
        *(say(talk, sentences[place::CONVERSATIONS]) for place, talk in enumerate(talks))
    )
    settings = whole.stack.settings
    figures = (await whole.http.get("/metrics")).text
    stores = {
        "database": database(settings["DATABASE_URL"]),
        "valkey": valkey(settings["REDIS_URL"]),
        "logs": [("logs", whole.logs())],
        "metrics": [("metrics", figures)],
        "disk": files(whole.stack.data),
    }
    leaks = {
        f"{store}/{where}": found
        for store, texts in stores.items()
        for where, told in texts
        if (found := numbers_in(told, numbers) | _named(told, names, store))
    }
    assert leaks == {}
    assert _in_the_vault(whole, talks) == numbers | names


def _named(told: str, names: set[str], store: str) -> set[str]:
    """A planted name; the disk is searched for the numbers alone."""
    return set() if store == "disk" else {one for one in names if one in told}


def _in_the_vault(whole: Whole, talks: list[Talk]) -> set[str]:
    """What the action that needs it would get."""
    key = base64.urlsafe_b64decode(whole.stack.settings["VAULT_KEY"])
    rows = whole.rows(
        "SELECT conversation, placeholder, sealed FROM sealed_values WHERE conversation = ANY(%s)",
        [UUID(talk.id) for talk in talks],
    )
    return {
        unseal(key, bytes(sealed), sealed_values.place(UUID(str(talk)), str(placeholder)))
        for talk, placeholder, sealed in rows  # type: ignore[arg-type]
    }
