"""Hostile text in everything that is shown: none of it runs, none of it even strains the policy."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Page, expect

from records.places.register import register_all
from records.places.sites import Site
from tests.browser.conftest import Chat, World, ask
from tests.browser.payloads import LINKS, PAYLOADS, stuffed
from tests.browser.scenes import says

LEAST = 150
# What an attack would leave behind: elements and handlers that this page never has.
STRANGE = """() => [...document.querySelectorAll('#app *, body > *')].filter((e) =>
  /^(SCRIPT|IFRAME|OBJECT|EMBED|BASE|LINK|META|STYLE|IMG|VIDEO|AUDIO|MARQUEE|TEMPLATE)$/i.test(e.tagName)
    && e.parentElement !== document.head && !(e.tagName === 'SCRIPT' && e.id === 'site')
  || [...e.attributes].some((a) => /^on/i.test(a.name))
  || [...e.attributes].some((a) => /^(href|src|action|formaction)$/i.test(a.name)
      && !/^(https?:\\/\\/|tel:[0-9+]*$|\\/)/i.test(a.value)))
  .map((e) => e.outerHTML.slice(0, 120))"""


async def unharmed(page: Page) -> None:
    """Nothing ran, nothing strange is in the page."""
    assert await page.evaluate("window.__ran") is None
    assert await page.evaluate(STRANGE) == []


def dialogs(page: Page) -> list[str]:
    """Notes every dialog that a script opens."""
    seen: list[str] = []

    async def note(dialog: Any) -> None:
        seen.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", note)
    return seen


def test_the_corpus_is_large_enough() -> None:
    assert len(set(PAYLOADS + LINKS)) >= LEAST


async def test_none_of_it_runs_from_answers_names_and_links(chat: Chat, world: World) -> None:
    page = await chat()
    seen = dialogs(page)
    batches = [PAYLOADS[i : i + 1] for i in range(len(PAYLOADS))]
    place = {"at": 0}

    def hostile(heard: dict[str, Any]) -> list[dict[str, Any]]:
        at = place["at"]
        payload, link = PAYLOADS[at % len(PAYLOADS)], LINKS[at % len(LINKS)]
        cards = stuffed(payload, link)
        shown = [cards[at % len(cards)], cards[(at + 5) % len(cards)]]
        return [
            {"recipient_id": heard["sender"], "text": f"{payload} {link}", "custom": {"card": card}}
            for card in shown
        ]

    world.engine.says = hostile
    try:
        for at, (payload,) in enumerate(batches):
            place["at"] = at
            await ask(page, payload)
            if at % 12 == 11:
                await page.evaluate(
                    "document.querySelectorAll('details').forEach((d) => (d.open = true))"
                )
                await unharmed(page)
                # Acknowledged, too: what is still on its way would be kept and sent again.
                await page.wait_for_function(
                    "!Object.keys(sessionStorage).some((key) => key.startsWith('wenbao.outbox'))"
                )
                await page.evaluate("sessionStorage.clear()")
                await page.reload()
                await expect(page.locator(".welcome")).to_be_visible()
        await unharmed(page)
        assert seen == []
    finally:
        world.engine.says = says


async def test_every_card_survives_every_link(chat: Chat, world: World) -> None:
    page = await chat()
    seen = dialogs(page)
    hostile: list[dict[str, Any]] = []
    world.engine.says = lambda heard: [
        {"recipient_id": heard["sender"], "text": "x", "custom": {"card": card}} for card in hostile
    ]
    try:
        for link in LINKS:
            hostile[:] = stuffed("<img src=x onerror=alert(1)>", link)
            await ask(page, f"link {LINKS.index(link)}")
            for button in await page.locator(".sources button.link").all():
                if await button.is_visible():
                    await button.click()
            await unharmed(page)
        assert seen == []
    finally:
        world.engine.says = says


async def test_a_site_with_a_hostile_name_harms_nobody(chat: Chat, world: World) -> None:
    for place, payload in enumerate(
        ["</script><script>alert(1)</script>", "<!--<script>", "\"'><svg onload=alert(1)>"]
    ):
        site = Site(
            f"hostile{place}",
            payload,
            greeting=payload,
            place=payload,
            address=payload,
            notice={"text": payload, "level": "warning"},
            features={"questions": [payload]},
        )
        await asyncio.to_thread(lambda s=site: asyncio.run(register_all(world.database, [s])))
        for path in ("/chat", "/w/v1/frame", "/chat/form"):
            page = await chat(f"{path}?site={site.key}")
            seen = dialogs(page)
            await expect(page.locator("body")).to_contain_text(payload)
            await unharmed(page)
            assert seen == []


async def test_the_page_without_scripts_escapes_everything(chat: Chat, world: World) -> None:
    page = await chat("/chat/form")
    seen = dialogs(page)
    world.engine.says = lambda heard: [
        {
            "recipient_id": heard["sender"],
            "text": heard["message"],
            "custom": {"card": stuffed(heard["message"], "javascript:alert(1)")[0]},
        }
    ]
    try:
        for payload in PAYLOADS[:30]:
            await page.locator("#text").fill(payload)
            await page.get_by_role("button", name="发送").click()
            await expect(page.locator("#end")).to_contain_text(payload.strip()[:8])
        await unharmed(page)
        assert seen == []
    finally:
        world.engine.says = says
