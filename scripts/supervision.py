"""What keeps the processes of one machine alive: supervisord, and the file that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """One supervised process."""

    name: str
    command: list[str]
    settings: Mapping[str, str]
    priority: int


def configuration(run: Path, programs: list[Program], root: Path) -> str:
    """The file for supervisord: each program in `root`, its log in `run`."""
    parts = [
        "[supervisord]",
        f"pidfile={run / 'supervisord.pid'}",
        f"logfile={run / 'supervisord.events.log'}",
        "silent=true",
    ]
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
