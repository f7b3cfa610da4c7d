"""What processes log: JSON lines that hide the numbers of persons and leave ids legible."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from channels.masking import hide
from records.watch.logs import CONVERSATION, Hide, JsonLines, MaskingFilter
from records.watch.numbers import hide_numbers

ROOT = Path(__file__).resolve().parents[2]
IDS = (
    "3f2b8c1e-1234-4567-8901-139000011110",
    "0f13900001111ab0f13900001111ab0f",
    "A13900001111B13700001111C137abcd",
    "da39a3ee5e6b4b0d13900001111afd80709ab123",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b13812345",
    "1-67891233-abcdef012345678912345678",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "00-4bf92f3577b34da6a3ce13900001111e-00f067aa0ba902b7-01",
)
NUMBERS = (
    "11010519491231002X",
    "110105194912310021",
    "13812345678",
    "138 1234 5678",
    "138-1234-5678",
    "8613812345678",
    "+86 138 1234 5678",
    "6222021234567890128",
    "6222 0212 3456 7890 128",
    "110105 19491231 002X",
    "\uff11\uff13\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
)
FIGURES = ("12333", "8000.00", "2026-11-28 10:43:34", "310000", "127.0.0.1:5005", "0.123456789")
HIDES = pytest.mark.parametrize("masking", [hide_numbers, hide], ids=["everybody's", "gateway's"])


def line(masking: Hide, message: str, **fields: object) -> str:
    """What is written for this."""
    record = logging.makeLogRecord({"name": "x", "msg": message, **fields})
    assert MaskingFilter(masking).filter(record)
    return JsonLines("actions").format(record)


@HIDES
@pytest.mark.parametrize("legible", IDS + FIGURES)
def test_ids_and_plain_figures_stay_legible(masking: Hide, legible: str) -> None:
    written = json.loads(line(masking, f"request {legible}, refused", request=legible))
    assert written["message"] == f"request {legible}, refused"
    assert written["request"] == legible


@HIDES
@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_of_persons_are_hidden_wherever_they_stand(masking: Hide, number: str) -> None:
    for put in (number, f"tel{number}", f"x={number}&y", f"/a/{number}/b", f"{IDS[0]} {number}"):
        assert number not in line(masking, f"no {put}", request=put, many=[put])


@HIDES
def test_an_id_does_not_hide_the_number_beside_it(masking: Hide) -> None:
    written = line(masking, " ".join(f"{one}:{number}" for one in IDS for number in NUMBERS))
    assert [number for number in NUMBERS if number in written] == []
    assert [one for one in IDS if one not in written] == []


def test_a_line_names_process_and_conversation() -> None:
    thread = CONVERSATION.set(IDS[0])
    try:
        written = json.loads(line(hide_numbers, "done"))
        own = json.loads(line(hide_numbers, "done", conversation="another"))
    finally:
        CONVERSATION.reset(thread)
    assert written["process"] == "actions"
    assert written["conversation"] == IDS[0]
    assert own["conversation"] == "another"
    assert {"at", "level", "logger", "message"} <= written.keys()


@pytest.mark.parametrize("module", ["records.watch", "bot.watch"])
def test_whatever_a_process_says_is_a_line(module: str) -> None:
    program = f"""
import logging, threading, warnings
theirs = logging.getLogger("theirs")
theirs.addHandler(logging.StreamHandler())
from {module}.logs import begin
begin("courier")
theirs.warning("their own %s %s", "only one")
warnings.warn("an old way: {NUMBERS[2]}")
def broken():
    raise ValueError("in a thread: {NUMBERS[2]}")
thread = threading.Thread(target=broken)
thread.start()
thread.join()
raise RuntimeError("at the end: {NUMBERS[0]}")
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (1, "")
    lines = [json.loads(one) for one in ended.stdout.splitlines()]
    assert [one["level"] for one in lines] == ["warning", "warning", "critical", "critical"]
    assert {one["process"] for one in lines} == {"courier"}
    assert "in a thread" in lines[2]["trace"]
    assert "at the end" in lines[3]["trace"]
    assert [number for number in NUMBERS if number in ended.stdout] == []


@pytest.mark.parametrize(
    "module", ["actions", "actions.courier", "channels", "console", "records.retention"]
)
def test_settings_that_are_wrong_end_in_a_line_without_secrets(module: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://wenbao:hunter2@db/wenbao"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "hunter2" not in ended.stdout + ended.stderr
    if module != "records.retention":  # a command, whose reader is a person
        assert ended.stderr == ""
        [told] = [json.loads(one) for one in ended.stdout.splitlines()]
        assert told["level"] == "critical"
        assert "_key" in told["trace"]


def test_the_engines_copy_is_the_same() -> None:
    for name in ("logs.py", "numbers.py"):
        ours = (ROOT / "records/watch" / name).read_text(encoding="utf-8")
        copy = (ROOT / "bot/watch" / name).read_text(encoding="utf-8")
        assert copy == ours.replace("records.watch", "bot.watch")
