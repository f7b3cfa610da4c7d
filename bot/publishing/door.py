"""The indexer's door for the console, over HTTP on loopback: check, say, state.

`POST /check` builds the version of a candidate folder, asks the gate, and tells line by line
(JSON) how far it is; the last line is the verdict. `POST /prepare` does that work for what is still
read by its reviewer, so that a check of the same content is quick; `POST /look` says that something
was published. `POST /say` tells what the understanding in
use makes of texts. `GET /state` tells which publication is understood. `GET /versions` lists the
versions that are there, `POST /compare` holds one to that in use, `POST /activate` puts one in use.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bot.normalizer import normalize
from bot.publishing import answer_index, pilot
from bot.publishing.shadow import changes
from bot.publishing.watching import Watcher
from bot.publishing.workshop import Workshop
from bot.ranking.examples import cut
from bot.ranking.model import heart
from bot.versions import Versions

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
MOST_BYTES = 4_000_000
MOST_TEXTS = 300
_FOLDER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,40}")
Tell = Callable[[dict[str, Any]], None]


class Refused(ValueError):
    """A request that is not served."""


@dataclass(frozen=True)
class Desk:
    """What the door leads to."""

    shop: Workshop
    watcher: Watcher
    candidates: Path
    token: str

    def check(self, asked: dict[str, Any], tell: Tell) -> None:
        """Judge a candidate; the last line has the verdict."""
        shop = self.shop
        data = self._laid_out(asked)
        with shop.first(data):
            used = shop.used()
            built = shop.build(data, lambda *step: tell(_step(*step)))
        questions = [(int(one["id"]), str(one["text"])) for one in asked.get("questions", [])]
        shown = changes(
            *(used, built.model, questions, shop.gate.words, shop.encoder),
            lambda done: tell(_step("shadow", done, len(questions))),
        )
        verdict = built.verdict.told()
        change = {"added": built.change.added, "gone": built.change.gone}
        tell({"step": "verdict", **verdict, **change, "version": built.version, "shadow": shown})

    def prepare(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Make and judge a candidate that may be asked for later; nothing of it can be used yet."""
        return {"prepared": self.shop.prepare(self._laid_out(asked))}

    def _laid_out(self, asked: dict[str, Any]) -> Path:
        name = str(asked.get("candidate", ""))
        if not _FOLDER.fullmatch(name):
            raise Refused
        return self.candidates / name

    def look(self) -> dict[str, Any]:
        """Have the watcher look at once."""
        self.watcher.wake.set()
        return {}

    def say(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What the understanding in use makes of texts, each by itself."""
        texts = [str(text) for text in asked.get("texts", [])][:MOST_TEXTS]
        return {"said": [self._said(text) for text in texts]}

    def _said(self, written: str) -> dict[str, Any]:
        model, text = self.shop.used(), normalize(written).text
        found = model.decide(text, cut(text, self.shop.gate.words), self.shop.encoder)
        return {
            "text": written,
            "decision": found.decision,
            "answers": [list(one) for one in found.answers[:3]],
            "known": heart(text) in model.by_heart,
        }

    @property
    def versions(self) -> Versions:
        """The versions that are there."""
        return Versions(self.shop)

    def state(self) -> dict[str, Any]:
        """Which publication is understood, by which version, and which candidate at a pilot."""
        version = answer_index.current(self.shop.folder)
        piloted = pilot.running(self.shop.folder)
        candidate = piloted.candidate if piloted else 0
        return {"publication": self.watcher.number, "version": version, "pilot": candidate}


def _step(name: str, done: int, of: int) -> dict[str, Any]:
    return {"step": name, "done": done, "of": of}


class Handler(BaseHTTPRequestHandler):
    """One request; HTTP/1.0, so that the end of the answer is the end of the connection."""

    desk: Desk

    def do_GET(self) -> None:
        """`/state` and `/versions`."""
        desk = self.desk
        self._serve(
            {
                "/state": lambda asked: self._json(desk.state()),
                "/versions": lambda asked: self._json(desk.versions.listed()),
            }
        )

    def do_POST(self) -> None:
        """`/check`, `/prepare`, `/look`, `/say`, and `/compare` and `/activate` of a version."""
        desk = self.desk
        self._serve(
            {
                "/check": self._check,
                "/prepare": lambda told: self._json(desk.prepare(told)),
                "/look": lambda told: self._json(desk.look()),
                "/say": lambda told: self._json(desk.say(told)),
                "/compare": lambda told: self._json(desk.versions.compare(str(told["version"]))),
                "/activate": lambda told: self._json(desk.versions.activate(str(told["version"]))),
            }
        )

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what is asked may be a citizen's own words."""

    def _serve(self, doors: dict[str, Callable[[dict[str, Any]], None]]) -> None:
        given = self.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.desk.token}".encode()):
            return self.send_error(401)
        if self.path not in doors:
            return self.send_error(404)
        try:
            doors[self.path](self._read())
        except (Refused, KeyError, TypeError, ValueError):
            self.send_error(400)
        except OSError:
            self.close_connection = True  # whoever asked has gone

    def _read(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            raise Refused
        told = json.loads(self.rfile.read(length) or b"{}")
        if not isinstance(told, dict):
            raise Refused
        return told

    def _check(self, asked: dict[str, Any]) -> None:
        self._begin("application/x-ndjson")
        try:
            self.desk.check(asked, self._line)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            log.error("not checked", extra={"cause": type(problem).__name__})
            self._line({"step": "failed"})

    def _json(self, told: dict[str, Any]) -> None:
        self._begin("application/json")
        self.wfile.write(json.dumps(told, ensure_ascii=False).encode())

    def _line(self, told: dict[str, Any]) -> None:
        self.wfile.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")

    def _begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()


def door(desk: Desk, port: int) -> ThreadingHTTPServer:
    """A server of it, not serving yet."""
    server = ThreadingHTTPServer((LOOPBACK, port), type("Door", (Handler,), {"desk": desk}))
    server.daemon_threads = True
    return server
