"""`python -m sandbox.registry` as `make run` starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.stand_ins.serving import free_port

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-W", "ignore", "-m", "sandbox.registry"]


def environment(**settings: str) -> dict[str, str]:
    """What the process finds set."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}


def test_it_listens_on_its_port_with_its_token_and_ends_when_told() -> None:
    port = free_port()
    settings = environment(PORT=str(port), REGISTRY_TOKEN="long-enough")
    process = subprocess.Popen(COMMAND, cwd=ROOT, env=settings, stderr=subprocess.DEVNULL)
    try:
        assert _answers(f"http://127.0.0.1:{port}/healthz")
        asked = httpx.post(
            f"http://127.0.0.1:{port}/310000/person-lookups",
            json={"id_number": "310199199003150241"},
            headers={"Authorization": "Bearer long-enough"},
            trust_env=False,
        )
        assert asked.json()["name"] == "王芳"
        process.terminate()
        assert process.wait(timeout=10) in (0, -15)
    finally:
        process.kill()


@pytest.mark.parametrize("token", [{}, {"REGISTRY_TOKEN": ""}, {"REGISTRY_TOKEN": "short"}])
def test_without_a_token_it_does_not_start(token: dict[str, str]) -> None:
    port = free_port()
    settings = environment(PORT=str(port), **token)
    ended = subprocess.run(COMMAND, cwd=ROOT, env=settings, capture_output=True, timeout=30)
    assert ended.returncode != 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)


def _answers(url: str) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            return httpx.get(url, trust_env=False).status_code == 200
        except httpx.ConnectError:
            time.sleep(0.05)
    return False
