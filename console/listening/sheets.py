"""Numbers as CSV and as a workbook; what a spreadsheet program would run is text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from console.exchange.tables import guarded

Value = str | int | float | None
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def to_csv(head: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """CSV as spreadsheet programs open it: UTF-8 with a mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_safe(value) for value in row] for row in rows)
    return "\ufeff".encode() + out.getvalue().encode()


def to_xlsx(head: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """A workbook with one sheet; numbers are numbers, everything else is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.append(list(head))
    for row in rows:
        cells = [WriteOnlyCell(sheet, value=_safe(value)) for value in row]
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                cell.data_type = "s"
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(value: Value) -> Value:
    return guarded(ILLEGAL_CHARACTERS_RE.sub("", value)) if isinstance(value, str) else value
