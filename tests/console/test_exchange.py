"""Import and export: any Unicode comes back as it went, formulas stay text, bad rows are named."""

from __future__ import annotations

import asyncio
import csv
import io
import time
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from console.exchange import cells, tables
from console.exchange.arriving import from_rasa
from console.knowledge import content, files
from tests.console import folder
from tests.console.conftest import Console, Worker, running_console

UNSEEN = "\u2028\u2029\ufeff\ufffe\uffff"
LETTERS = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=UNSEEN)
LINE = st.text(LETTERS, min_size=1, max_size=40).map(content.tidy).filter(bool)
TEXT = st.lists(LINE, min_size=1, max_size=4).map(lambda lines: content.tidy("\n".join(lines)))
FORMULAS = ("=1+1", "+A1", "-2", "@SUM(A1)", "'=1", "''", "＝1+1", '=HYPERLINK("http://x","y")',
            "=cmd|' /C calc'!A0", "-5度能办吗", "_x0041_", "_x005F_x0041_", "1,2\"3")  # fmt: skip
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def told(title: str, detail: str, wordings: list[str]) -> dict[str, Any]:
    """An item's content with these texts."""
    written = {**folder.ITEMS[0][0], "title": title, "detail": detail}
    return content.item(written, wordings)


@QUICK
@given(LINE, TEXT, st.lists(LINE, min_size=1, max_size=6))
def test_any_text_comes_back_from_every_format(title: str, detail: str, lines: list[str]) -> None:
    one = told(title, detail, lines)
    rows = [cells.from_content("Q001", "demo", one)]
    for back in (tables.from_csv(tables.to_csv(rows)), tables.from_xlsx(tables.to_xlsx(rows))):
        assert cells.to_content(back[0]) == one
    shown = files.wordings_text([("Q001", one)])
    assert from_rasa(shown.encode())[0]["wordings"] == "\n".join(one["wordings"])
    assert content.tidy(detail) == detail


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_in_every_table_and_comes_back(text: str) -> None:
    one = told(text, text, [text, "别的"])
    rows = [cells.from_content("Q001", "demo", one)]
    for line in list(csv.reader(io.StringIO(tables.to_csv(rows).decode("utf-8-sig"))))[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@", "＝")) for cell in line)
    sheet = load_workbook(io.BytesIO(tables.to_xlsx(rows))).worksheets[0]
    for line in sheet.iter_rows(min_row=2):
        assert all(cell.data_type != "f" for cell in line)
    for back in (tables.from_csv(tables.to_csv(rows)), tables.from_xlsx(tables.to_xlsx(rows))):
        assert cells.to_content(back[0]) == one


def many(number: int) -> list[tuple[dict[str, Any], list[str]]]:
    """Items with wordings that nothing else has."""
    words = "养老医疗失业工伤生育缴费转移待遇补办查询"
    return [
        (
            folder.item(place, words[place % 20] + words[place // 20 % 20] + str(place)),
            [f"{place}号{words[place % 20 :]}{end}️⃣％《》" for end in folder.WORDS],
        )
        for place in range(1, number + 1)
    ]


def test_a_thousand_items_are_the_same_bytes_after_the_way_there_and_back() -> None:
    rows = [
        cells.from_content(one["id"], "demo", content.item(one, lines)) for one, lines in many(1000)
    ]
    for write, read in ((tables.to_csv, tables.from_csv), (tables.to_xlsx, tables.from_xlsx)):
        first = write(rows)
        again = [
            cells.from_content(row["id"], row["family"], cells.to_content(row))
            for row in read(first)
        ]
        assert write(again) == first


async def send(
    worker: Worker, name: str, file: bytes, digest: str = "", seen: list[str] | None = None
) -> httpx.Response:
    """Upload a file, and look at its page until that stands still; `seen` gets what it showed."""
    form = {"csrf": worker.csrf, "digest": digest}
    sent = await worker.http.post("/exchange/import", data=form, files={"file": (name, file)})
    if sent.status_code != 303:
        return sent
    while (
        'hx-trigger="every' in (page := await worker.get(sent.headers["location"] + "/state")).text
    ):
        if seen is not None:
            seen.append(page.text)
        await asyncio.sleep(0.05)
    return await worker.get(sent.headers["location"])


def mark(dry: httpx.Response) -> str:
    """What the import itself has to show."""
    return dry.text.split('name="digest" value="')[1].split('"')[0]


async def test_a_dry_run_names_each_bad_row_and_writes_nothing(console: Console) -> None:
    async with console.worker("editor") as editor:
        rows = tables.from_csv((await editor.get("/exchange/items.csv")).content)
        rows[0]["summary"], rows[1]["sources"], rows[2]["id"] = "太短", "NIX", "X1"
        shown = await send(editor, "items.csv", tables.to_csv(rows))
        assert "有问题3处" in shown.text
        for row, sentence in ((2, "没有填，或者不合规定"), (3, "“NIX”"), (4, "没有这个条目")):
            assert f'<th scope="row">{row}</th>' in shown.text
            assert sentence in shown.text
        assert await editor.head("Q001") == 1


async def test_an_id_is_the_same_with_a_space_behind_it(console: Console) -> None:
    async with console.worker("editor") as editor:
        rows = tables.from_csv((await editor.get("/exchange/items.csv")).content)
        rows[0] |= {"id": "Q001 ", "title": "新的标题"}
        file = tables.to_csv(rows[:1])
        dry = await send(editor, "items.csv", file)
        assert "已经存为草稿：1条" in (await send(editor, "items.csv", file, mark(dry))).text
        twice = tables.to_csv([rows[0], rows[0] | {"id": "Q001", "title": "又一个标题"}])
        assert "编号Q001在表里出现了不止一次" in (await send(editor, "items.csv", twice)).text
        assert await editor.head("Q001") == 2


async def test_a_dry_run_names_wordings_that_another_item_has(console: Console) -> None:
    async with console.worker("editor") as editor:
        rows = tables.from_csv((await editor.get("/exchange/items.csv")).content)
        moved = rows[1]["wordings"].split("\n")[-1]
        rows[0]["wordings"] += "\n" + moved + "？"
        shown = await send(editor, "items.csv", tables.to_csv(rows[:1]))
        assert f"问法“{moved}？”和条目Q002的一样" in shown.text
        assert "有问题1处" in shown.text
        rows[1]["wordings"] = rows[1]["wordings"].replace(moved, "别的问法")
        both = await send(editor, "items.csv", tables.to_csv(rows[:2]))
        assert "修改2条" in both.text
        assert await editor.head("Q001") == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_an_import_becomes_drafts_of_the_changed_rows_alone(
    console: Console, kind: str
) -> None:
    write, read = (
        (tables.to_csv, tables.from_csv) if kind == "csv" else (tables.to_xlsx, tables.from_xlsx)
    )
    async with console.worker("editor") as editor:
        rows = read((await editor.get(f"/exchange/items.{kind}")).content)
        rows[0]["title"] = "新的标题"
        file = write([*rows, {**rows[1], "id": "Q900", "wordings": "\n".join("甲乙丙丁戊")}])
        dry = await send(editor, f"items.{kind}", file)
        assert "新建1条，修改1条，没有变化2条" in dry.text
        digest = mark(dry)
        assert "已经存为草稿：2条" in (await send(editor, f"items.{kind}", file, digest)).text
        assert (await editor.head("Q001"), await editor.head("Q002")) == (2, 1)
        assert "新的标题" in (await editor.get("/items/Q001")).text
        assert (await editor.get("/items/Q900")).status_code == 200


async def test_another_file_than_that_of_the_dry_run_is_not_imported(console: Console) -> None:
    async with console.worker("editor") as editor:
        file = (await editor.get("/exchange/items.csv")).content
        assert "和试导入时不一样" in (await send(editor, "items.csv", file, "0" * 64)).text
        assert await editor.head("Q001") == 1


async def test_what_somebody_saves_after_the_dry_run_is_not_written_over(console: Console) -> None:
    async with console.worker("editor") as editor, console.worker("editor") as other:
        rows = tables.from_csv((await editor.get("/exchange/items.csv")).content)
        rows[0]["title"], rows[1]["title"] = "新的标题", "又一个标题"
        file = tables.to_csv(rows)
        dry = await send(editor, "items.csv", file)
        digest = mark(dry)
        await other.edit("Q001", title="别人的标题")
        for _ in range(2):  # from the dry run that was kept, and from the file
            assert "什么都没有写入" in (await send(editor, "items.csv", file, digest)).text
        assert (await editor.head("Q001"), await editor.head("Q002")) == (2, 1)
        assert "别人的标题" in (await editor.get("/items/Q001")).text


async def test_wordings_come_in_from_rasas_format(console: Console) -> None:
    lines = "".join(f"    - 社保卡{end}\n" for end in folder.WORDS)
    file = f'version: "3.1"\nnlu:\n- intent: faq/Q001\n  examples: |\n{lines}'.encode()
    async with console.worker("editor") as editor:
        dry = await send(editor, "faq.yml", file)
        digest = mark(dry)
        await send(editor, "faq.yml", file, digest)
        assert "社保卡怎么办" in (await editor.get("/items/Q001")).text


def bomb() -> bytes:
    """A few kilobytes that unpack to far more than is taken."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for place in range(25):
            packed.writestr(f"xl/{place}.xml", b"0" * 10_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a.xlsx", b"PK\x03\x04broken"),
        ("a.xlsx", b""),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", b""),
        ("a.csv", b"id,title\nQ001,x\n"),
        ("a.yml", b"nlu: [1"),
        ("a.yml", b"nlu:\n- {intent: 5}"),
        ("a.exe", b"MZ"),
        ("../../a", b"id"),
    ],
)
async def test_what_is_no_such_file_is_refused(console: Console, name: str, file: bytes) -> None:
    async with console.worker("editor") as editor:
        refused = await send(editor, name, file)
        assert await editor.head("Q001") == 1
    known = name.endswith((".xlsx", ".csv", ".yml"))
    assert ("文件读不出来" if known else "文件名要以.xlsx") in refused.text


async def test_a_file_that_unpacks_to_too_much_is_refused(console: Console) -> None:
    async with console.worker("editor") as editor:
        assert "文件读不出来" in (await send(editor, "a.xlsx", bomb())).text


async def test_five_thousand_items_come_in_within_a_minute_and_pages_stay_quick(
    empty_console_database: str, live_folder: Path, console_port: int
) -> None:
    rows = [
        cells.from_content(one["id"], "demo", content.item(one, lines)) for one, lines in many(5000)
    ]
    file = tables.to_xlsx([row for row in rows if row["id"] > "Q003" or len(row["id"]) > 4])
    for console in running_console(empty_console_database, live_folder, console_port):
        async with console.worker("editor") as editor:
            started = time.monotonic()
            dry = await send(editor, "items.xlsx", file)
            digest = mark(dry)
            done = await send(editor, "items.xlsx", file, digest)
            assert "已经存为草稿" in done.text
            took = time.monotonic() - started
            slow = await p95(editor)
            assert (took < 60, slow < 0.2) == (True, True), (took, slow)


async def p95(worker: Worker) -> float:
    """How long pages take, in seconds, all but the slowest twentieth."""
    await worker.get("/items/Q100")  # makes the index of wordings
    took: list[float] = []
    for place in range(40):
        paths = (
            "/items",
            f"/items?page={place + 1}",
            "/items?words=养老",
            f"/items/Q{place + 100}",
            "/",
        )
        for path in paths:
            started = time.monotonic()
            assert (await worker.get(path)).status_code == 200
            took.append(time.monotonic() - started)
    return sorted(took)[int(len(took) * 0.95)]


def test_the_alphabet_of_the_round_trip_is_wide() -> None:
    assert unicodedata.category("️") == "Mn"
    assert content.tidy(" a \r\n b　\r") == "a\n b"
