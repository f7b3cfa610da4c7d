"""Items as spreadsheets and CSV; what a spreadsheet program would take for a formula is text."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from console.exchange.cells import COLUMNS
from console.refusals import NotReadable, TooLarge

Row = dict[str, str]
# Spreadsheet programs run what begins with one of these; full-width forms count, too. An
# apostrophe in front makes it text, and is taken away again when the file comes back.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'", "＝", "＋", "－", "＠")
MOST_ROWS = 10_000
MOST_UNPACKED = 200 * 1024 * 1024
# A table that was written twice is the same twice.
_DAY = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_")


def guarded(text: str) -> str:
    """Text that no spreadsheet program runs."""
    return "'" + text if text.startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """The text again."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def to_csv(rows: Iterable[Row]) -> bytes:
    """CSV as spreadsheet programs open it: UTF-8 with a mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([guarded(row[name]) for name in COLUMNS])
    return "\ufeff".encode() + out.getvalue().encode()


def from_csv(written: bytes) -> list[Row]:
    """The rows of a CSV file."""
    try:
        text = written.decode("utf-8-sig")
        return _rows(list(csv.reader(io.StringIO(text, newline=""), strict=True)))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise NotReadable from problem


def to_xlsx(rows: Iterable[Row]) -> bytes:
    """A workbook with one sheet; each cell is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("items")
    sheet.append(list(COLUMNS))
    for row in rows:
        cells = []
        for name in COLUMNS:
            cell = WriteOnlyCell(sheet, value=_escaped(guarded(row[name])))
            cell.data_type = "s"
            cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue())


def from_xlsx(written: bytes, tell: Callable[[int, int], None] = lambda *_: None) -> list[Row]:
    """The rows of a workbook's first sheet."""
    try:
        _refuse_bombs(written)
        book = load_workbook(io.BytesIO(written), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines, of = [], min(sheet.max_row or 0, MOST_ROWS)  # not every program says how many
        for line in sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 2):
            lines.append(["" if value is None else _unescaped(str(value)) for value in line])
            tell(len(lines), of)
    except (
        *(zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError),
        *(IndexError, TypeError, AttributeError, EOFError, zipfile.LargeZipFile),
    ) as problem:
        raise NotReadable from problem
    return _rows(lines)


def _rows(lines: Sequence[Sequence[str]]) -> list[Row]:
    if not lines:
        raise NotReadable
    if len(lines) > MOST_ROWS + 1:
        raise TooLarge
    names = [name.strip() for name in lines[0]]
    return [
        {name: unguarded(value) for name, value in zip(names, line, strict=False)}
        for line in lines[1:]
        if any(line)
    ]


def _refuse_bombs(written: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(written)) as packed:
        if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
            raise NotReadable
        for one in packed.infolist():
            with packed.open(one) as opened:
                if b"<!DOCTYPE" in opened.read(4096) and one.filename.endswith((".xml", ".rels")):
                    raise NotReadable


def _escaped(text: str) -> str:
    """What looks like an escape of the format itself is escaped."""
    return _ESCAPE.sub(lambda found: "_x005F" + found[0], text)


def _unescaped(text: str) -> str:
    text = text.replace("\r\n", "\n")
    return re.sub(r"_x005F(_x[0-9A-Fa-f]{4}_)", r"\1", text)


def _timeless(written: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(written)) as packed,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again,
    ):
        for name in sorted(packed.namelist()):
            told = packed.read(name)
            if name == "docProps/core.xml":
                told = _TIMES.sub(rb"\g<1>2000-01-01T00:00:00Z", told)
            again.writestr(zipfile.ZipInfo(name, _DAY), told, zipfile.ZIP_DEFLATED)
    return out.getvalue()
