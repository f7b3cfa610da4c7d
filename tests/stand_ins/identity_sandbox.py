"""The sandbox's identity provider as a process of its own, and a browser to go there with."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx
import yaml

from tests.stand_ins.serving import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "sandbox/identity"
CLIENT_ID = "wenbao"
CLIENT_SECRET = "a secret: with 100% odd/characters"
LOA = "urn:wenbao:acr:loa"
MOST_STEPS = 20


@dataclass(frozen=True)
class Person:
    """A synthetic citizen."""

    sub: str
    login: str
    name: str
    id_number: str
    acr: str


@dataclass(frozen=True)
class IdentitySandbox:
    """Where the provider listens, and the one address it sends citizens back to."""

    issuer: str
    gateway_port: int
    log: Path

    @property
    def gateway_url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.gateway_port}"


@contextmanager
def running_identity(
    folder: Path, port: int | None = None, extra: Mapping[str, str] | None = None
) -> Iterator[IdentitySandbox]:
    """A running provider; its log lies in `folder`."""
    port, gateway_port = port or free_port(), free_port()
    sandbox = IdentitySandbox(f"http://127.0.0.1:{port}", gateway_port, folder / "identity.log")
    settings = {
        "PORT": str(port),
        "ISSUER": sandbox.issuer,
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
        "REDIRECT_URI": sandbox.gateway_url + "/sign-in/callback",
        "NODE_NO_WARNINGS": "1",
        "PATH": os.environ["PATH"],
        **(extra or {}),
    }
    with sandbox.log.open("wb") as log:
        process = subprocess.Popen(
            ["node", str(FOLDER / "index.js")], env=settings, stdout=log, stderr=log
        )
    try:
        _wait_for(sandbox, process)
        yield sandbox
    finally:
        process.terminate()
        process.wait(timeout=10)


def people() -> list[Person]:
    """The citizens of the sandbox, as its files have them."""
    place = ROOT / "sandbox/people.yml"
    files = [place] if place.exists() else sorted((ROOT / "sandbox/people").glob("*.yml"))
    found: list[Person] = []
    for file in files:
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
        listed = written if isinstance(written, list) else written["people"]
        found += [Person(**{name: one[name] for name in Person.__annotations__}) for one in listed]
    return found


def person(level: int, other_than: Person | None = None) -> Person:
    """A citizen whose best level is `level`."""
    return next(one for one in people() if one.acr == f"{LOA}{level}" and one != other_than)


def _wait_for(sandbox: IdentitySandbox, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            if httpx.get(sandbox.issuer + "/jwks", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            if process.poll() is not None:
                break
        time.sleep(0.02)
    raise RuntimeError(sandbox.log.read_text())


class Browser:
    """A citizen's browser: it keeps cookies, follows redirects, fills in the forms it is shown."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.seen: list[httpx.Response] = []

    async def get(self, url: str, **given: str) -> httpx.Response:
        """Open an address; go no further."""
        headers = {name.replace("_", "-"): value for name, value in given.items()}
        found = await self.http.get(url, headers=headers, follow_redirects=False)
        self.seen.append(found)
        return found

    async def sign_in(self, url: str, login: str, level: int = 2) -> httpx.Response:
        """The whole way from the link to the page at its end."""
        back = await self.until_back(url, login, level)
        return await self.get(back)

    async def until_back(self, url: str, login: str, level: int = 2, agrees: bool = True) -> str:
        """The address at which the provider sends the browser back, not yet opened."""
        at = await self.get(url)
        assert at.status_code == 303, at.text
        for _ in range(MOST_STEPS):
            if at.is_redirect:
                to = urljoin(str(at.url), at.headers["location"])
                if "/sign-in/callback" in to:
                    return to
                at = await self.get(to)
            else:
                at = await self._fill_in(at, login, level, agrees)
        raise AssertionError("the provider goes in circles")

    async def _fill_in(
        self, page: httpx.Response, login: str, level: int, agrees: bool
    ) -> httpx.Response:
        assert page.status_code == 200, page.text
        actions = re.findall(r'action="([^"]+)"', page.text)
        said: dict[str, str] = {}
        if actions[0].endswith("/login"):
            said = {"level": f"{LOA}{level}", "login": login}
        elif not actions[0].endswith("/consent"):
            said = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        action = actions[0] if agrees or len(actions) == 1 else actions[-1]
        to = urljoin(str(page.url), action.replace("&amp;", "&"))
        found = await self.http.post(to, data=said, follow_redirects=False)
        self.seen.append(found)
        return found
