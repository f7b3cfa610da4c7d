"""The live folder: laid out from `data/`, never torn, finished after a process died."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from actions.knowledge.shelf import read_knowledge
from console.knowledge import content, files
from console.knowledge.live import LiveFolder
from scripts.live_folder import lay_out
from tests.console import folder
from tests.console.conftest import Console, form_of, running_console
from tests.console.test_publishing import NEW, approved, publish

RELEASED = "新版本里{}的说法：可以在社保经办机构办，也可以网上办。"


def test_the_knowledge_of_the_repository_comes_through_the_console_unchanged(
    empty_console_database: str, tmp_path: Path, console_port: int
) -> None:
    lay_out(tmp_path / "live")
    for console in running_console(empty_console_database, tmp_path / "live", console_port):
        ours = read_knowledge(console.live / "current/knowledge")
    before = read_knowledge(folder.ROOT / "data/knowledge")
    assert ours.items == before.items
    assert set(ours.parameters) == set(before.parameters)


def test_until_staff_publish_the_folder_is_a_copy_of_data(tmp_path: Path) -> None:
    data, live = tmp_path / "data", tmp_path / "live"
    for part in ("knowledge", "nlu"):
        (data / part).mkdir(parents=True)
        (data / part / "a.yml").write_text("old")
    lay_out(live, data)
    (data / "nlu/a.yml").write_text("new")
    lay_out(live, data)
    assert (live / "current/nlu/a.yml").read_text() == "new"


def released(root: Path, *others: tuple[dict[str, Any], list[str]]) -> Path:
    """The `data/` of a release: another text of each item that the first one had, and others."""
    texts = [({**one, "summary": RELEASED.format(one["id"])}, lines) for one, lines in folder.ITEMS]
    folder.build(root, [*texts, *others])
    (root / "current/knowledge/phrases.yml").write_text("words: of the release")
    return root / "current"


async def test_an_upgrade_brings_what_is_new_and_keeps_what_staff_have(
    empty_console_database: str, live_folder: Path, console_port: int, tmp_path: Path
) -> None:
    for console in running_console(empty_console_database, live_folder, console_port):
        await approved(console, "Q001", summary=NEW)
        await publish(console, "Q001")
        async with console.worker("editor") as editor:
            await editor.edit("Q002", summary=NEW)
    others = [
        (folder.item(number, topic), folder.wordings(topic))
        for number, topic in ((4, "转出社保"), (5, "补打凭证"))
    ]
    lay_out(live_folder, released(tmp_path / "release", *others))
    words = live_folder / "current/knowledge/phrases.yml"
    assert words.read_text() == "words: of the release"  # before any console is there
    for console in running_console(empty_console_database, live_folder, console_port):
        await until_number(console, "000003")
        said = {name: one["summary"] for name, one in console.items().items()}
        assert said["Q001"] == NEW  # a person has changed it
        assert said["Q002"] == folder.ITEMS[1][0]["summary"]  # a person is about to
        assert said["Q003"] == RELEASED.format("Q003")
        assert said["Q004"] == others[0][0]["summary"]
        assert set(said) == {"Q001", "Q002", "Q003", "Q004", "Q005"}
        async with console.worker("editor") as editor:
            assert RELEASED.format("Q001") in (await editor.get("/items/Q001")).text
            assert NEW in (await editor.get("/items/Q002")).text
            assert "软件升级" in (await editor.get("/publishing")).text
        assert words.read_text() == "words: of the release"
    for console in running_console(empty_console_database, live_folder, console_port):
        async with console.worker("editor") as editor:
            assert await editor.head("Q001") == 3  # it is not brought again
            assert (await editor.step("Q001", "throw-away")).status_code == 303
            assert form_of((await editor.get("/items/Q001")).text)["summary"] == NEW
        assert (console.live / "current").readlink().name == "000003"


def test_a_reader_never_sees_half_a_publication(tmp_path: Path) -> None:
    live = LiveFolder(folder.build(tmp_path / "live"))
    seen: set[tuple[str, str]] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            place = live.current.resolve()
            told = (place / "knowledge/a.yml", place / "nlu/a.yml")
            if all(one.exists() for one in told):
                seen.add((told[0].read_text(), told[1].read_text()))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 15):
        live.write(number, {"knowledge/a.yml": str(number), "nlu/a.yml": str(number)})
    done.set()
    reader.join()
    assert seen
    assert all(one == other for one, other in seen)


async def test_a_publication_whose_process_died_is_finished_by_the_next(
    empty_console_database: str, live_folder: Path, console_port: int
) -> None:
    for console in running_console(empty_console_database, live_folder, console_port):
        await approved(console, "Q001", summary=NEW)
        await publish(console, "Q001")
    with psycopg.connect(empty_console_database, autocommit=True) as db:
        db.execute("UPDATE snapshots SET written_at = NULL WHERE number = 2")
    link = live_folder / "current"
    link.unlink()
    link.symlink_to("snapshots/000001")
    for console in running_console(empty_console_database, live_folder, console_port):
        await until_number(console, "000002")
        assert console.items()["Q001"]["summary"] == NEW


async def until_number(console: Console, number: str) -> None:
    """Wait for the folder to be at a publication."""
    from tests.console.conftest import until

    await until(lambda: (console.live / "current").readlink().name == number, 20)


@pytest.mark.parametrize(
    "text", ["a: b", "- x", "'", '"', "%", "#", "｜", "\U0001f600", "是", "null"]
)
def test_what_yaml_would_take_for_its_own_comes_back(text: str) -> None:
    told = content.item({**folder.ITEMS[0][0], "title": text, "detail": text}, [text])
    whole = yaml.safe_load(files.items_text([("Q001", told)]))["items"][0]
    assert content.item(whole, [text]) == told
    shown = yaml.safe_load(files.wordings_text([("Q001", told)]))
    assert files.read_wordings(shown) == {"Q001": [text]}
