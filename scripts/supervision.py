"""What keeps the processes of one machine alive: supervisord, and the file that it reads."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport

# A longer path is no address of a socket (sun_path of unix(7) holds 108 bytes).
LONGEST_SOCKET = 100


@dataclass(frozen=True)
class Program:
    """One supervised process."""

    name: str
    command: list[str]
    settings: Mapping[str, str]
    priority: int


def configuration(run: Path, programs: Sequence[Program], root: Path) -> str:
    """The file for supervisord: each program in `root`, its log in `run`.

    What lies in `run/more/*.conf` belongs to it as well; `Supervisor` adds and removes such.
    """
    return "\n".join(
        [
            "[supervisord]",
            f"pidfile={run / 'supervisord.pid'}",
            f"logfile={run / 'supervisord.events.log'}",
            "silent=true",
            "[unix_http_server]",
            f"file={_socket(run)}",
            "chmod=0600",
            "[rpcinterface:supervisor]",
            "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
            "[include]",
            f"files={run / 'more'}/*.conf",
            _sections(run, programs, root),
        ]
    )


def write_more(run: Path, programs: Sequence[Program], root: Path) -> None:
    """Write programs that may go again, each into a file of its own."""
    (run / "more").mkdir(exist_ok=True)
    for program in programs:
        file = run / "more" / f"{program.name}.conf"
        file.touch(mode=0o600)
        file.write_text(_sections(run, [program], root), encoding="utf-8")


class Supervisor:
    """A running supervisord, told by its socket to add and to remove programs."""

    def __init__(self, run: Path, root: Path) -> None:
        self._run = run
        self._root = root
        transport = cast(Any, SupervisorTransport)(None, None, f"unix://{_socket(run)}")
        self._said: Any = ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def add(self, program: Program) -> None:
        """Start it, and again whenever it ends."""
        write_more(self._run, [program], self._root)
        self._said.reloadConfig()
        self._said.addProcessGroup(program.name)

    def remove(self, name: str) -> None:
        """Stop it, for good."""
        self._said.stopProcess(name)
        self._said.removeProcessGroup(name)
        (self._run / "more" / f"{name}.conf").unlink(missing_ok=True)
        self._said.reloadConfig()

    def names(self) -> list[str]:
        """The programs that it keeps running."""
        return [str(one["name"]) for one in self._said.getAllProcessInfo()]


def _socket(run: Path) -> Path:
    near = run / "supervisor.sock"
    if len(str(near)) <= LONGEST_SOCKET:
        return near
    name = hashlib.sha256(str(near).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"wenbao-{name}.sock"


def _sections(run: Path, programs: Sequence[Program], root: Path) -> str:
    parts: list[str] = []
    for program in programs:
        everything = {"PYTHONPATH": str(root), **program.settings}
        environment = ",".join(f'{name}="{_escaped(value)}"' for name, value in everything.items())
        parts += [
            f"[program:{program.name}]",
            f"command={' '.join(_escaped(part) for part in program.command)}",
            f"directory={root}",
            f"environment={environment}",
            f"priority={program.priority}",
            f"stdout_logfile={run / (program.name + '.log')}",
            "stdout_logfile_maxbytes=10MB",
            "stdout_logfile_backups=2",
            "redirect_stderr=true",
            "autorestart=true",
            "startsecs=0",
            "startretries=1000000",
            "stopwaitsecs=32",
            "stopasgroup=true",
            "killasgroup=true",
        ]
    return "\n".join(parts) + "\n"


def _escaped(value: str) -> str:
    return value.replace("%", "%%").replace('"', '\\"')
