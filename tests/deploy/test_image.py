"""The images: what is in them, and the small programs that only containers need."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.deploy.image import environment, let_in
from tests.deploy.reading import DEPLOY, ROOT, of_compose, stages
from tests.stand_ins.serving import free_port

LAST = ("engine", "app")
SERVER = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"]


def words(stage: str, word: str) -> list[str]:
    """What follows one instruction in a stage."""
    return [step.rest for step in stages()[stage] if step.word == word]


def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A program of `deploy/`, run to its end."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def door(*arguments: str) -> list[str]:
    """The command of a door."""
    return [sys.executable, "-m", "deploy.door", *arguments]


def test_bases_have_plain_names_that_can_be_changed() -> None:
    bases = dict(rest.split("=") for rest in words("", "ARG"))
    assert all(re.fullmatch(r"[a-z]+:[\w.-]+", base) for base in bases.values())
    for name, steps in stages().items():
        if name:
            base = steps[0].rest.split(" AS ")[0]
            assert base in {*(f"${{{one}}}" for one in bases), *stages()}
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^/\s\"]+", text)) <= {
        "http://127.0.0.1:6005",
        "http://127.0.0.1:8000",
    }


def test_every_package_is_held_to_its_hash() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    commands = re.split(r"&&|\n", text)
    installs = [
        one for one in commands if re.search(r"\b(pip|npm|apt-get|curl)\b.*\b(install|ci)\b", one)
    ]
    assert len(installs) == 6
    assert all("--require-hashes" in one or "npm ci" in one for one in installs)
    built = [one for one in installs if "uv pip" in one]
    assert all("--build-constraints" in one for one in built)
    assert not re.search(r"\b(apt-get|apk|curl|wget|ADD)\b", text)


@pytest.mark.parametrize("target", LAST)
def test_an_image_is_small_unprivileged_and_says_how_it_is(target: str) -> None:
    assert all("pip" not in rest and "npm" not in rest for rest in words(target, "RUN"))
    [user] = words(target, "USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)
    order = [step.word for step in stages()[target]]
    assert "RUN" not in order[order.index("USER") :]
    assert words(target, "ENTRYPOINT") == ['["/app/deploy/with-secrets"]']
    [health] = words(target, "HEALTHCHECK")
    asked = json.loads(health[health.index("[") :])
    name = {"engine": "engine-a", "app": "gateway"}[target]
    assert tuple(json.loads(words(target, "CMD")[0])) in {
        of_compose()[name].command,
        ("python", "-m", "channels"),
    }
    assert asked[:3] == ["python", "-m", "deploy.alive"]
    assert environment(target)["PYTHONDONTWRITEBYTECODE"] == "1"


def test_folders_that_are_written_belong_to_who_writes_them() -> None:
    made = " ".join(rest for target in LAST for rest in words(target, "RUN"))
    for name, owner in (("live", "console"), ("answers", "indexer-a"), ("signing", "actions")):
        user = of_compose()[owner].user
        assert re.search(rf"install -d -o {user} -g 10000[^&]*/srv/{name}\b", made), name


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".data/vault.key",
        ".venv/app/bin/python",
        "deploy/secrets/VAULT_KEY",
        "deploy/.env",
        "tests/conftest.py",
        "sandbox/registry/app.py",
        "models/wenbao.tar.gz",
        "web/widget/node_modules/preact/package.json",
        "actions/__pycache__/server.cpython-312.pyc",
    ],
)
def test_nothing_secret_and_nothing_of_this_machine_gets_into_an_image(path: str) -> None:
    assert not let_in(path)
    assert let_in("actions/server.py")


def test_settings_come_from_files_and_hide_no_others(tmp_path: Path) -> None:
    (tmp_path / "VAULT_KEY").write_text("k=1 $(id)\n", encoding="utf-8")
    (tmp_path / "partner.crt.pem").write_text("no name of a setting", encoding="utf-8")
    (tmp_path / "FOLDER").mkdir()
    told = run(str(DEPLOY / "with-secrets"), "env", SECRETS_DIR=str(tmp_path), PORT="8000")
    lines = told.stdout.splitlines()
    assert "VAULT_KEY=k=1 $(id)" in lines
    assert "PORT=8000" in lines
    assert not any(line.startswith(("partner", "FOLDER")) for line in lines)
    assert run(str(DEPLOY / "with-secrets"), "true", SECRETS_DIR="/nowhere").returncode == 0


def test_a_door_lets_neighbours_in_and_ends_as_its_process_ends(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(3_000_000))
    outer, inner = free_port(), free_port()
    command = [*SERVER, "--directory", str(tmp_path), str(inner)]
    running = subprocess.Popen(door(str(outer), str(inner), *command), cwd=ROOT, stderr=-3)
    try:
        url = f"http://127.0.0.1:{outer}"
        until = time.monotonic() + 20
        while run(sys.executable, "-m", "deploy.alive", url + "/").returncode:
            assert time.monotonic() < until
        assert httpx.get(url + "/large").content == bytes(3_000_000)
        assert run(sys.executable, "-m", "deploy.alive", url + "/nothing").returncode == 1
        running.terminate()
        assert running.wait(timeout=10) == 128 + 15
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)
    finally:
        running.kill()


def test_a_door_in_front_of_nobody_ends_the_visit_at_once() -> None:
    outer, inner = free_port(), free_port()
    running = subprocess.Popen(door(str(outer), str(inner), "sleep", "60"), cwd=ROOT)
    try:
        with _visit(outer) as visit:
            assert visit.recv(10) == b""
    finally:
        running.terminate()
        running.wait(timeout=10)


def test_a_door_closes_on_a_visit_without_a_word() -> None:
    with socket.create_server(("127.0.0.1", 0)) as inside:
        outer = free_port()
        command = door(str(outer), str(inside.getsockname()[1]), "sleep", "60")
        running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
        with _visit(outer), inside.accept()[0]:
            running.terminate()
            _, said = running.communicate(timeout=10)
    assert (running.returncode, said) == (128 + 15, b"")


def _visit(outer: int) -> socket.socket:
    """A connection, as soon as the door is open."""
    until = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", outer), timeout=5)
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.1)


@pytest.mark.parametrize("given", [(), ("6005", "5005"), ("six", "5005", "true")])
def test_a_door_that_is_told_too_little_starts_nothing(given: tuple[str, ...]) -> None:
    refused = run(*door(*given))
    assert refused.returncode == 2
    assert "deploy.door OUTER INNER" in refused.stderr


def test_a_door_ends_with_what_its_process_says() -> None:
    assert run(*door(str(free_port()), "5005", "sh", "-c", "exit 3")).returncode == 3


@pytest.mark.parametrize("given", [(), ("https://127.0.0.1/",), ("file:///etc/passwd",)])
def test_only_a_process_of_the_container_is_asked_how_it_is(given: tuple[str, ...]) -> None:
    assert run(sys.executable, "-m", "deploy.alive", *given).returncode == 2
