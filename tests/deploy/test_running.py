"""The commands and settings of Compose run: a question is answered by what they start."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.conftest import Talk
from tests.deploy.running import Machine, build

# They take long to come up; the others wait for the tables, as they do with Compose.
FIRST, NEXT = ("valkey", "engine-a"), ("actions", "gateway")
LAST = ("console", "courier", "indexer-a")
JOBS = ("retention", "anchor")
SITE = "sites:\n- {key: hall, name: 大厅, origins: ['https://hall.example.org']}\n"
PAGES = ("/chat?site=hall", "/w/v1/loader.js", "/openapi.json")
SECONDS_TO_COME_UP = 150

pytestmark = pytest.mark.timeout(300)


def files(folder: Path) -> dict[str, float]:
    """Every file of a folder, and when it was written."""
    return {str(one): one.stat().st_mtime for one in folder.rglob("*") if one.is_file()}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Everything that `docker compose up` starts, once a question can be answered."""
    machine = build(tmp_path_factory.mktemp("deployed"))
    (machine.folder / "valkey").mkdir()
    before = {image: files(machine.folder / image) for image in ("app", "engine")}
    try:
        machine.start_all(*FIRST)
        prepared = machine.run("prepare")
        assert prepared.returncode == 0, prepared.stderr
        machine.start_all(*NEXT)
        _wait(machine)
        machine.start_all(*LAST)
        yield machine
        ended = machine.stop()
        assert set(ended.values()) <= {0, 128 + 15, -15}, ended
        # Their root file system is read-only where they are deployed.
        assert {image: files(machine.folder / image) for image in before} == before
    finally:
        machine.stop()
        machine.postgres.cleanup()


def _wait(machine: Machine) -> None:
    until = time.monotonic() + SECONDS_TO_COME_UP
    while time.monotonic() < until:
        ended = [name for name, one in machine.running.items() if one.poll() is not None]
        assert ended == [], machine.logs()
        try:
            if httpx.get(machine.url("8000") + "/readyz", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError(machine.logs())


async def test_a_question_is_answered_by_what_compose_starts(
    machine: Machine,
) -> None:
    (machine.folder / "srv/sites.yml").write_text(SITE, encoding="utf-8")
    command = ("python", "-m", "records.places.register", "/srv/sites.yml")
    registered = machine.run("prepare", *command)
    assert registered.returncode == 0, registered.stderr
    async with httpx.AsyncClient(base_url=machine.url("8000"), trust_env=False) as http:
        opened = await http.post("/api/chat/conversations", json={"site": "hall"})
        assert opened.status_code == 201, opened.text
        talk = Talk(http, opened.json()["conversation"], opened.json()["token"])
        said = await talk.send(text="灵活就业人员怎么参加养老保险")
        assert said.status_code == 202
        answered = [one for one in await talk.until(2) if one["from"] == "bot"]
        assert answered[0]["card"]["type"] == "answer"
        pages = {path: (await http.get(path)).status_code for path in PAGES}
        assert set(pages.values()) == {200}


@pytest.mark.parametrize("name", ["gateway", "actions", "engine-a", "console"])
def test_a_health_check_finds_its_process_well(machine: Machine, name: str) -> None:
    until = time.monotonic() + 60
    while not machine.well(name):
        assert time.monotonic() < until, machine.logs()
    assert machine.running["courier"].poll() is None


def test_figures_are_on_a_port_of_their_own(machine: Machine) -> None:
    assert "wenbao_answers_total" in httpx.get(machine.url("9100") + "/metrics").text
    assert httpx.get(machine.url("8000") + "/metrics").status_code == 404


def test_the_indexer_opens_to_whoever_has_its_token(machine: Machine) -> None:
    door, until = machine.url("6040") + "/state", time.monotonic() + 60
    proof = {"Authorization": f"Bearer {machine.secret('WORKSHOP_TOKEN')}"}
    while time.monotonic() < until:
        try:
            assert httpx.get(door, headers=proof, timeout=5).status_code == 200
            break
        except httpx.HTTPError:
            time.sleep(0.5)
    assert httpx.get(door, headers={"Authorization": "Bearer x"}, timeout=5).status_code == 401


def test_the_jobs_run_to_their_end(machine: Machine) -> None:
    machine.start_all(*JOBS)
    ended = {name: machine.running.pop(name).wait(timeout=60) for name in JOBS}
    assert ended == dict.fromkeys(JOBS, 0), machine.logs()


def test_moving_over_is_told_by_a_command(machine: Machine) -> None:
    url = machine.url("6005")
    moved = machine.run("prepare", "python", "-m", "records.engines", url, "2026-12")
    assert moved.returncode == 0, moved.stderr
    with psycopg.connect(machine.secret("DATABASE_URL")) as db:
        assert db.execute("SELECT url FROM engines").fetchall() == [(url,)]


def test_no_secret_is_in_a_log(machine: Machine) -> None:
    logs = machine.logs()
    for name in ("VAULT_KEY", "DATABASE_PASSWORD", "VALKEY_PASSWORD", "WORKSHOP_TOKEN"):
        assert machine.secret(name) not in logs
