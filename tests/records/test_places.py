"""What may be written about a service centre, and when it is open."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest

from records.places.opening_hours import is_open
from records.places.register import read_file
from records.places.shapes import NotASite, contrast, read_site
from tests.conftest import ROOT

CHINA = timezone(timedelta(hours=8))
HOURS = [
    {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "12:00"},
    {"days": [1, 2, 3, 4, 5], "from": "13:30", "to": "17:00"},
]
HOLIDAYS = [
    {"date": "2026-10-01", "name": "国庆节", "open": False},
    {"date": "2026-10-10", "name": "调休上班", "open": True},
]


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-09-30T08:59", False),
        ("2026-09-30T09:00", True),
        ("2026-09-30T11:59", True),
        ("2026-09-30T12:00", False),
        ("2026-09-30T13:30", True),
        ("2026-09-30T17:00", False),
        ("2026-10-01T10:00", False),  # a public holiday, on a Thursday
        ("2026-10-03T10:00", False),  # a Saturday
        ("2026-10-10T10:00", True),  # a Saturday that is worked (调休)
        ("2026-10-10T12:30", False),
        ("2026-10-11T10:00", False),
    ],
)
def test_open_or_not(at: str, open_: bool) -> None:
    assert is_open(HOURS, HOLIDAYS, datetime.fromisoformat(at).replace(tzinfo=CHINA)) is open_


def test_time_is_chinas_wherever_the_machine_stands() -> None:
    # 01:30 in Greenwich is 09:30 in China.
    assert is_open(HOURS, [], datetime(2026, 9, 30, 1, 30, tzinfo=timezone.utc))
    assert not is_open(HOURS, [], datetime(2026, 9, 30, 9, 30, tzinfo=timezone.utc))


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Hall"},
        {"name": ""},
        {"origins": ["https://a.example/"]},
        {"origins": ["*"]},
        {"origins": ["https://a.example; script-src *"]},
        {"origins": ["javascript:alert(1)"]},
        {"theme": {"brand": "#ffffff"}},
        {"theme": {"brand": "red"}},
        {"theme": {"brand": "#000000;x:url(//a)"}},
        {"theme": {"other": "#000000"}},
        {"phone": "javascript:1"},
        {"hours": [{"days": [8], "from": "09:00", "to": "17:00"}]},
        {"hours": [{"days": [1], "from": "17:00", "to": "09:00"}]},
        {"holidays": [{"date": "2026-02-30", "name": "x"}]},
        {"features": {"idle_seconds": 5}},
        {"surprise": 1},
        {"origins": ["https://a.example:0"]},
        {"origins": ["https://a.example:65536"]},
        {"origins": ["https://a.example:08443"]},
        {"origins": ["https://a.example:443"]},  # browsers send it without
        {"origins": ["https://a..example"]},
        {"origins": ["https://-a.example"]},
        {"origins": ["https://256.1.1.1"]},
        {"origins": ["https://[1:2]"]},
        {"phone": "---"},
        {"phone": "１２３３３"},
        {"region": "１２３４５６"},
        {"region": "000000"},
        {"name": "  "},
        {"address": " "},
        {"address": "一楼\x00"},
        {"place": "大厅\u202e"},
        {"greeting": "\x07"},
        {"hours": [{"days": [1], "from": "25:00", "to": "26:00"}]},
        {"hours": [{"days": [1], "from": "０９:００", "to": "17:00"}]},
        {"holidays": [{"date": 5, "name": "x"}]},
        {"holidays": [{"date": "0001-01-01", "name": "x"}]},
        {"holidays": [{"date": "2026-10-01", "name": "x"}] * 2},
        {"notice": {"text": "x", "from": "2026-10-02", "to": "2026-10-01"}},
        {"notice": {"text": "x", "from": 20261001}},
        {"messages_per_minute": 0},
        {"messages_per_minute": 3_000_000_000},
    ],
)
def test_what_is_wrong_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(NotASite):
        read_site({"key": "hall", "name": "大厅", **wrong})


def test_what_is_unusual_but_right_is_taken() -> None:
    unusual = {
        "origins": ["http://10.1.2.3:8080", "https://[::1]:8443", "https://xn--fiq228c.example"],
        "phone": "+86 28 8666-1234",
        "region": "820000",
        "greeting": "您好\n请问",
        "notice": {"text": "停电", "from": "2026-10-01", "to": "2026-10-01"},
    }
    assert read_site({"key": "hall", "name": "大厅", **unusual}).origins == (*unusual["origins"],)


def test_contrast_is_as_the_standard_counts_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_demo_site_can_be_read() -> None:
    assert read_file(ROOT / "sandbox/centre/site.yml")[0].key == "demo"


def register(url: str, file: Path) -> subprocess.CompletedProcess[str]:
    """The command as an operator gives it."""
    return subprocess.run(
        [sys.executable, "-m", "records.places.register", url, str(file)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip


def test_the_command_registers_changes_and_refuses(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "sites.yml"
    file.write_text("sites: [{key: hall, name: 大厅, origins: ['https://a.example']}]", "utf-8")
    assert register(database_url, file).returncode == 0
    file.write_text("sites: [{key: hall, name: 新大厅}, {key: second, name: 第二}]", "utf-8")
    assert register(database_url, file).stdout == "registered: hall, second\n"
    file.write_text("sites: [{key: third, name: 第三}, {key: BAD, name: x}]", "utf-8")
    refused = register(database_url, file)
    assert refused.returncode == 1
    assert "nothing was registered" in refused.stderr
    for wrong in (
        "{key: third, name: x, origins: ['https://a.example:70000']}",
        "{key: third, name: x, address: '  '}",
        "{key: third, name: x, holidays: [{date: 2026-02-30, name: x}]}",
        "{key: third, name: 第三}, {key: third, name: 又是第三}",
    ):
        file.write_text(f"sites: [{{key: fourth, name: 第四}}, {wrong}]", "utf-8")
        refused = register(database_url, file)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "nothing was registered" in refused.stderr
        assert "Traceback" not in refused.stderr
    with psycopg.connect(database_url) as db:
        kept = db.execute("SELECT key, name, origins FROM sites ORDER BY key").fetchall()
    assert kept == [("demo", "演示", []), ("hall", "新大厅", []), ("second", "第二", [])]


def test_without_a_database_the_command_says_so_and_not_the_password(tmp_path: Path) -> None:
    file = tmp_path / "sites.yml"
    file.write_text("sites: [{key: hall, name: 大厅}]", "utf-8")
    for url in ("postgresql://wenbao:hunter2@127.0.0.1:9/wenbao", "hunter2"):
        refused = register(url, file)
        assert refused.returncode == 1
        assert "nothing was registered: no database" in refused.stderr
        assert "hunter2" not in refused.stderr
