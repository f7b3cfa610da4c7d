"""One Chromium for all browser tests, a gateway with the stand-in engine, a strict host page.

`chat(…)` opens a page of its own in a fresh context and watches it: a script error, a violation of
the content security policy or a request to a third party fails the test that caused it.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Error,
    Frame,
    Page,
    Request,
    async_playwright,
    expect,
)
from starlette.applications import Starlette

from channels.app import create
from channels.settings import Settings
from records import migrations
from records.places.register import read_file, register_all
from records.places.sites import Site
from sandbox.centre.app import create as create_centre
from tests.browser.scenes import says
from tests.conftest import NO_LIMITS, ROOT, VAULT_KEY, _named
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.identity_sandbox import CLIENT_ID, CLIENT_SECRET, running_identity
from tests.stand_ins.serving import Served, free_port

ARGS = ["--no-sandbox", "--disable-dev-shm-usage"]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# A machine that builds other things meanwhile is slow; what is measured is measured elsewhere.
expect.set_options(timeout=10_000)
WATCH_CSP = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.__violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these tests share one event loop, as they share one browser."""
    for item in items:
        if "tests/browser" in str(item.path) and inspect.iscoroutinefunction(item.function):  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass(frozen=True)
class World:
    """The gateway, what is behind it, and a service centre's page on another origin."""

    url: str
    centre: str
    engine: StandInEngine
    served: Served
    app: Any
    identity: str
    database: str


@pytest.fixture(scope="session")
def world(
    postgres: str, _valkey: str, knowledge_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """All of it, running."""
    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute("CREATE DATABASE wenbao_browser")
    url = _named(postgres, "wenbao_browser")
    migrations.upgrade(url)
    engine = StandInEngine()
    engine.says = says
    engine.served.start()
    centre = Served(Starlette(), free_port())
    origin = f"http://localhost:{centre.port}"
    _register(url, origin)
    with running_identity(tmp_path_factory.mktemp("identity")) as identity:
        public = identity.gateway_url
        settings = _settings(url, _valkey, engine, knowledge_dir, public, identity.issuer)
        app = create(settings)
        served = Served(app, settings.port)
        served.start()
        host = Served(create_centre(public), centre.port)
        host.start()
        yield World(public, origin, engine, served, app, identity.issuer, url)
        host.stop()
        app.state.parts.news.close()
        served.stop()
    engine.served.stop()


def _settings(
    database: str, redis: str, engine: StandInEngine, knowledge: Path, public: str, issuer: str
) -> Settings:
    given: dict[str, Any] = {
        "database_url": database,
        "redis_url": redis,
        "vault_key": VAULT_KEY,
        "engine_url": engine.url,
        "knowledge_dir": knowledge,
        "public_url": public,
        "port": int(public.rsplit(":", 1)[1]),
        "identity_issuer": issuer,
        "identity_client_id": CLIENT_ID,
        "identity_client_secret": CLIENT_SECRET,
        "sign_in_links_per_minute": 1000,
        "sweep_seconds": 0.5,
        "engine_outage_seconds": 1,
        "log_level": "error",
    }
    return Settings(**given, **NO_LIMITS)


def _register(url: str, centre: str) -> None:
    demo = read_file(ROOT / "sandbox/centre/site.yml")[0]
    found: list[Site] = [
        replace(demo, origins=(centre,)),
        replace(demo, key="elsewhere", origins=("https://other.example.gov.cn",)),
        replace(demo, key="noticed", notice={"text": "系统今晚升级。", "level": "warning"}),
        replace(demo, key="blue", theme={"brand": "#1a4f8b", "brand_dark": "#123a63"}),
    ]
    asyncio.run(register_all(url, found))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, started once."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def everyday(world: World, tmp_path: Path) -> AsyncIterator[BrowserContext]:
    """A browser as people use it every day: frames of other origins may keep (partitioned) things.

    The contexts of `chat` are like private windows, where a frame is refused all storage.
    """
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default/Preferences").write_text('{"profile": {"cookie_controls_mode": 0}}')
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=CHROMIUM, args=ARGS, locale="zh-CN"
        )
        yield context
        await context.close()


@dataclass
class Watched:
    """What went wrong on the pages of one test."""

    context: BrowserContext
    own: frozenset[str]
    errors: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to one page."""
        page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        page.on("request", self._third_party)
        page.on("console", lambda said: self._console(said.type, said.text))

    def _console(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text and "net::ERR" not in text:
            self.errors.append(f"console: {text}")

    def _third_party(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and f"{parts.scheme}://{parts.netloc}" not in self.own:
            self.errors.append(f"third party: {request.url}")


Chat = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def watched(browser: Browser, world: World) -> AsyncIterator[list[Watched]]:
    """The contexts of one test; anything wrong on their pages fails it."""
    opened: list[Watched] = []
    yield opened
    wrong: list[str] = []
    for one in opened:
        for page in one.context.pages:
            for frame in page.frames:
                wrong += await _violations(frame)
        wrong += [e for e in one.errors if not any(fine in e for fine in one.expected)]
        await one.context.close()
    assert wrong == []


async def _violations(frame: Frame) -> list[str]:
    """What the frame's policy had to stop; a frame that is gone has nothing more to say."""
    with contextlib.suppress(Error):
        return list(await frame.evaluate("window.__violations || []"))
    return []


@pytest.fixture
def chat(browser: Browser, world: World, watched: list[Watched]) -> Chat:
    """Opens `path` of the gateway (or a whole address) as a new citizen."""

    async def opened(
        path: str = "/chat",
        width: int = 390,
        height: int = 844,
        look: dict[str, Any] | None = None,
        expected: tuple[str, ...] = (),
        prepare: Callable[[Page], Awaitable[Any]] | None = None,
        **context: Any,
    ) -> Page:
        options = {"locale": "zh-CN", "reduced_motion": "reduce", **context}
        one = await browser.new_context(viewport={"width": width, "height": height}, **options)
        watch = Watched(
            one, frozenset({world.url, world.centre, world.identity}), expected=list(expected)
        )
        watched.append(watch)
        one.on("page", watch.watch)
        await one.add_init_script(WATCH_CSP)
        if look is not None:
            await one.add_init_script(
                "if (location.protocol === 'http:' && !localStorage.getItem('wenbao.look'))"
                f" localStorage.setItem('wenbao.look', JSON.stringify({json.dumps(look)}))"
            )
        page = await one.new_page()
        if prepare is not None:
            await prepare(page)
        await page.goto(path if path.startswith("http") else world.url + path)
        return page

    return opened


LAST = """() => Math.max(0, ...[...document.querySelectorAll('.line[data-seq]')]
    .map((line) => Number(line.dataset.seq)))"""


async def ask(page: Any, words: str) -> None:
    """Ask, and wait until the other side has said something new."""
    before = await page.evaluate(LAST)
    await page.locator("#text").fill(words)
    await page.locator("button.send").click()
    await page.wait_for_function(f"before => ({LAST})() > before", arg=before)


async def with_a_voice(page: Page) -> None:
    """A browser that reads aloud until it is told to stop; this one has no voice."""
    await page.add_init_script(
        """window.__speaking = false;
        speechSynthesis.getVoices = () => [{ lang: 'zh-CN' }];
        speechSynthesis.speak = (said) => {
          window.__speaking = true;
          said.onstart?.(new Event('start'));
        };
        speechSynthesis.cancel = () => { window.__speaking = false; };"""
    )


async def with_an_ear(page: Page) -> None:
    """A browser that listens until it is told to stop; this one has no recognition."""
    await page.add_init_script(
        """window.__hearing = false;
        window.SpeechRecognition = window.webkitSpeechRecognition = class {
          start() { window.__hearing = true; }
          abort() {
            window.__hearing = false;
            this.onerror({ error: 'aborted' });
            this.onend();
          }
        };"""
    )
