"""What the processes of a running stack have written, as a log collector would read it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import Whole, process

pytestmark = pytest.mark.journey
PHONE, NUMBER = "13812345678", "11010519491231002X"
OURS = ("actions", "console", "courier", "engine-1", "gateway", "indexer-1")


def lines(whole: Whole) -> dict[str, list[dict[str, Any]]]:
    """The lines of each of our processes; whatever is no JSON fails."""
    run = whole.stack.data / "run"
    return {
        name: [json.loads(line) for line in (run / f"{name}.log").read_text("utf-8").splitlines()]
        for name in OURS
    }


async def test_every_process_writes_json_lines_without_numbers_of_persons(whole: Whole) -> None:
    talk = await whole.talk()
    await talk.ask(f"我叫张三，{NUMBER}，电话{PHONE}，失业金怎么领")
    for door in ("ACTIONS_URL", "ENGINE_URL"):
        # What only comes when something is wrong inside.
        url = whole.stack.settings[door].removesuffix("/webhook")
        async with httpx.AsyncClient(trust_env=False) as http:
            for path in ("/webhook", "/webhooks/conversation/messages", f"/{PHONE}"):
                broken = f'{{"next_action": "{PHONE}", "tracker": "{NUMBER}"}}'
                await http.post(url + path, content=broken)
    found = lines(whole)
    for name, said in found.items():
        kind = name.removesuffix("-1")
        assert all(one["process"] == kind for one in said)
        assert all({"at", "level", "logger", "message"} <= one.keys() for one in said)
    assert found["actions"]
    assert any(one.get("conversation") == talk.id for one in found["gateway"])
    everything = whole.logs()
    assert PHONE not in everything
    assert NUMBER not in everything
    assert process(whole.stack, "actions").is_running()
