"""Some sites first, then all: the gate comes before both, and any publication ends a pilot."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.console.conftest import Console, until
from tests.console.test_gate import REFUSED, begin, rows
from tests.console.test_publishing import LINES, NEW, approved, ended, publish


@pytest.fixture(autouse=True)
def sites(console: Console) -> None:
    """Two sites."""
    with psycopg.connect(console.database_url, autocommit=True) as db:
        db.execute(
            "INSERT INTO sites (key, name, created_at) VALUES ('north', '城北大厅', now()),"
            " ('south', '城南大厅', now()) ON CONFLICT DO NOTHING"
        )


async def piloting(console: Console, *items: str) -> str:
    """Begin a pilot in the north; its page."""
    async with console.worker("publisher") as publisher:
        begun = await publisher.post(
            "/publishing/pilot", entry=await publisher.ticked(*items), site="north"
        )
        assert begun.status_code == 303, begun.text
        if await ended(publisher, begun) == "piloting":
            await until((console.live / "pilot").exists)
        return str(begun.headers["location"])


async def test_a_pilot_is_beside_what_is_live_and_names_its_sites(console: Console) -> None:
    await approved(console, "Q001", summary=NEW, wordings=LINES)
    page = await piloting(console, "Q001")
    folder = console.live / "pilot"
    told = json.loads((folder / "publication.json").read_text("utf-8"))
    assert (told["kind"], told["sites"]) == ("pilot", ["north"])
    assert NEW in (folder / "knowledge/items/demo.yml").read_text("utf-8")
    assert console.items()["Q001"]["summary"] != NEW
    async with console.worker("reviewer") as reviewer:
        assert "城北大厅" in (await reviewer.get(page)).text


async def test_a_pilot_that_the_gate_refuses_is_nowhere(console: Console) -> None:
    await approved(console, "Q001", wordings=LINES)
    console.workshop.verdict = REFUSED
    await piloting(console, "Q001")
    assert not (console.live / "pilot").exists()
    assert rows(console, "SELECT state FROM candidates") == ["refused"]


async def test_from_a_pilot_to_all_goes_through_the_gate_and_ends_it(console: Console) -> None:
    await approved(console, "Q001", wordings=LINES)
    await piloting(console, "Q001")
    async with console.worker("publisher") as publisher:
        assert await ended(publisher, await begin(publisher, "Q001")) == "published"
    assert len(console.workshop.checked) == 2
    assert not (console.live / "pilot").exists()
    assert rows(console, "SELECT state FROM candidates ORDER BY id") == ["ended", "published"]
    assert "社保卡丢了怎么办" in console.wordings()["faq/Q001"]


async def test_a_pilot_is_taken_back_by_whoever_publishes_and_nobody_else(
    console: Console,
) -> None:
    await approved(console, "Q001", wordings=LINES)
    page = await piloting(console, "Q001")
    async with console.worker("editor") as editor, console.worker("publisher") as publisher:
        assert (await editor.post(page + "/end")).status_code == 403
        assert (console.live / "pilot").exists()
        assert (await publisher.post(page + "/end")).status_code == 303
        assert (await publisher.post(page + "/end")).status_code == 404
    assert not (console.live / "pilot").exists()


async def test_a_rollback_and_any_other_publication_end_it(console: Console) -> None:
    await approved(console, "Q001", wordings=LINES)
    await approved(console, "Q002", summary=NEW.replace("补办社保卡", "停保"))
    await piloting(console, "Q001")
    await publish(console, "Q002")
    assert not (console.live / "pilot").exists()
    await piloting(console, "Q001")
    assert (console.live / "pilot").exists()
    async with console.worker("publisher") as publisher:
        await publisher.post("/publishing/1/back")
    assert not (console.live / "pilot").exists()


async def test_a_pilot_needs_a_site_that_there_is(console: Console) -> None:
    await approved(console, "Q001", wordings=LINES)
    async with console.worker("publisher") as publisher:
        refused = await publisher.post(
            "/publishing/pilot", entry=await publisher.ticked("Q001"), site="nowhere"
        )
    assert refused.status_code == 400
    assert console.workshop.checked == []
