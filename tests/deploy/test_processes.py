"""What holds for every deployed process, with Compose and with Kubernetes alike."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from scripts import engine_programs, stack
from scripts.engine_programs import Serving
from scripts.supervision import Program
from tests.deploy.reading import DEPLOY, STORES, Process, of_compose, of_kubernetes
from tests.deploy.settings import READ

EVERY = [
    pytest.param(process, id=f"{where}-{process.name}")
    for where, processes in (("compose", of_compose()), ("kubernetes", of_kubernetes()))
    for process in processes.values()
]
OURS = [one for one in EVERY if one.values[0].name not in STORES]
VAULT = {"VAULT_KEY", "INDEX_KEY"}
# Who opens what identifies someone.
MAY_OPEN = {"gateway", "actions", "courier", "retention", "anchor"}


def programs(folder: Path) -> list[Program]:
    """What `make run` starts, without the stand-ins for other people's systems."""
    settings = stack._own_settings(folder, 8000, {}) | {
        "DATABASE_URL": "postgresql://",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "ACTIONS_URL": "http://127.0.0.1:5055/webhook",
    }
    engine = Serving(1, settings["ENGINE_URL"], "m.tar.gz", str(folder), "", settings)
    started = [*stack._programs(folder, 8000, settings), *engine_programs.programs(engine)]
    sandbox = {one.name for one in stack._sandbox(settings)}
    return [one for one in started if one.name not in sandbox]


@pytest.mark.parametrize("deployed", [of_compose(), of_kubernetes()], ids=["compose", "kubernetes"])
def test_every_process_of_make_run_is_deployed(
    deployed: dict[str, Process], tmp_path: Path
) -> None:
    commands = [" ".join(one.command) for one in deployed.values()]
    for program in programs(tmp_path):
        module = re.search(r"-m (\S+( watch)?)", " ".join(program.command))
        sought = f"-m {module[1]}" if module else "valkey-server"
        assert any(sought in command for command in commands), program.name
    assert any(command.startswith("postgres") for command in commands)


def test_both_ways_start_the_same_processes_with_the_same_settings() -> None:
    one, other = of_compose(), of_kubernetes()
    assert one.keys() == other.keys()
    for name in one.keys() - STORES:
        assert one[name].command == other[name].command
        assert set(one[name].settings) == set(other[name].settings), name
        assert sorted(one[name].secrets) == sorted(other[name].secrets), name
        assert one[name].user == other[name].user


@pytest.mark.parametrize("process", OURS)
def test_a_process_is_given_what_it_reads_and_nothing_else(process: Process) -> None:
    read = READ[process.name]
    given = {*process.settings, *process.secrets}
    assert given - read.known == set()
    assert read.needed - given == set()
    assert set(process.settings) & read.secret == set(), "a secret in a description"
    assert set(process.secrets) <= read.secret


@pytest.mark.parametrize("process", OURS)
def test_only_who_needs_it_opens_what_identifies_a_citizen(process: Process) -> None:
    assert bool(VAULT & set(process.secrets)) == (process.name in MAY_OPEN)


@pytest.mark.parametrize("process", EVERY)
def test_nobody_is_root_and_no_image_names_a_host(process: Process) -> None:
    assert process.user > 0
    image = re.sub(r"\$\{\w+:-(.*)\}", r"\1", process.image)
    first, _, rest = image.partition("/")
    assert not rest or not re.search(r"[.:]|^localhost$", first)
    assert "@" in image or ":" in image or process.image == "wenbao-app"


def test_what_opens_people_s_data_runs_as_another_user_than_the_engine() -> None:
    users = {name: process.user for name, process in of_compose().items()}
    assert users["engine-a"] not in {users[name] for name in (*MAY_OPEN, "console")}


def test_secrets_are_made_once_for_whoever_is_given_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    command = ["sh", str(DEPLOY / "make-secrets"), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    made = {file.name: file.read_bytes() for file in folder.iterdir()}
    asked = {
        name for one in (of_compose(), of_kubernetes()) for p in one.values() for name in p.secrets
    }
    assert set(made) == asked
    assert folder.stat().st_mode & 0o777 == 0o700
    again = subprocess.run(command, check=True, capture_output=True, text=True)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == made
    empty = {name for name, content in made.items() if not content}
    assert set(re.findall(r"/([A-Z_]+)\n", again.stdout)) == empty
    assert len({made[name] for name in made.keys() - empty}) == len(made) - len(empty)
