"""What the engine's process writes: Rasa's own lines, too, are JSON without numbers of persons."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PHONE, NUMBER = "13812345678", "11010519491231002X"
PROGRAM = f"""
from bot.watch.logs import begin
begin("engine")
import bot.serving.without_tensorflow
from bot.serving.tuning import tune
from bot.watch.rasa_lines import take_rasas_lines
tune()
take_rasas_lines()
import rasa.core.processor as processor
import rasa.core.agent as agent
processor.structlogger.info("unheard", text="{PHONE}")
processor.structlogger.error("heard", text="{PHONE}", name="{NUMBER}", message="m", process="p")
try:
    raise ValueError("{NUMBER}")
except ValueError:
    processor.structlogger.exception("failed", event_info="about {PHONE}")
agent.logger.warning("a line of {PHONE}")
"""


def test_rasas_lines_are_json_without_numbers_of_persons() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    ours = [line for line in lines if line["logger"] != "py.warnings"]
    assert [line["message"] for line in ours] == ["heard", "failed", "a line of 〔***〕"]
    assert [line["level"] for line in ours] == ["error", "error", "warning"]
    assert {line["process"] for line in ours} == {"engine"}
    assert ours[0]["name_"] == "〔***〕"
    assert "ValueError" in ours[1]["trace"]
    assert PHONE not in ended.stdout
    assert NUMBER not in ended.stdout
