"""Offline, slow, reloaded, in two tabs: nothing is lost, nothing is shown twice."""

from __future__ import annotations

import asyncio
import contextlib
import time

import httpx
from playwright.async_api import Error, Page, Route, expect

from tests.browser.conftest import Chat, World, ask

SLOW = {"offline": False, "latency": 150, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SECONDS_TO_FIRST_MESSAGE = 3.0
SECONDS_TO_SHOW = 0.1
SAID = "#log .line.citizen .bubble"
# Notes when an answer was read off the wire, and when it stood on the screen after a paint.
WATCH_ANSWER = """
const parse = JSON.parse;
JSON.parse = (text, ...more) => {
  const read = parse(text, ...more);
  if (read && read.from === 'bot' && !window.__came) window.__came = performance.now();
  return read;
};
new MutationObserver(() => {
  if (window.__shown || !document.querySelector('.line.bot .bubble')) return;
  window.__shown = -1;
  requestAnimationFrame(() => setTimeout(() => (window.__shown = performance.now())));
}).observe(document, {childList: true, subtree: true});
"""


async def said(page: Page) -> list[str]:
    """The citizen's lines."""
    return [one.strip() for one in await page.locator(SAID).all_inner_texts()]


def asked(world: World, words: str) -> int:
    """How many messages with these words the engine got; one that is asked again is the same."""
    heard = [one for one in world.engine.heard if one["message"] == words]
    return len({one["metadata"]["message"] for one in heard})


async def test_what_fails_to_go_out_is_sent_again_by_one_tap(chat: Chat, world: World) -> None:
    page = await chat()
    await ask(page, "first")
    await page.context.set_offline(True)
    await page.locator("#text").fill("second")
    await page.locator("button.send").click()
    await expect(page.locator(".failure")).to_contain_text("没有发出去")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="点这里重发").click()
    await expect(page.locator(".failure")).to_have_count(0)
    await expect(page.locator(SAID)).to_have_count(2)
    assert await said(page) == ["first", "second"]
    await expect(page.locator(".line.bot")).to_have_count(2)
    assert asked(world, "second") == 1


async def test_the_line_breaks_and_what_was_said_meanwhile_comes_once(
    chat: Chat, world: World
) -> None:
    page = await chat()
    await ask(page, "answer")
    talk = await page.evaluate("JSON.parse(sessionStorage.getItem('wenbao.talk.demo'))")
    await page.context.set_offline(True)
    await expect(page.locator(".bar.warning")).to_contain_text("正在重新连接", timeout=15_000)
    await expect(page.locator(".bar.warning a")).to_have_attribute("href", "tel:12333")
    bar = await page.locator(".bar.warning").bounding_box()
    assert bar is not None
    assert bar["height"] < 80  # a line or two, not half the screen
    body = {"client_id": "6f2c1f0e-3f4c-4b8e-9a53-6d3a2f0f9b11", "text": "meanwhile"}
    path = f"{world.url}/api/chat/conversations/{talk['conversation']}/messages"
    async with httpx.AsyncClient(trust_env=False) as http:
        headers = {"Authorization": f"Bearer {talk['token']}"}
        assert (await http.post(path, json=body, headers=headers)).status_code == 202
    await page.context.set_offline(False)
    await expect(page.locator("#log")).to_contain_text("不客气", timeout=15_000)
    await expect(page.locator(".bar.warning")).to_have_count(0)
    assert await said(page) == ["answer", "meanwhile"]
    assert await page.locator(".line.bot").count() == 2


async def test_history_is_there_after_a_reload(chat: Chat) -> None:
    page = await chat()
    await ask(page, "answer")
    await ask(page, "table")
    await page.reload()
    await expect(page.locator(".line.bot")).to_have_count(2)
    assert await said(page) == ["answer", "table"]


async def test_what_was_not_sent_before_a_reload_is_sent_after_it(chat: Chat, world: World) -> None:
    page = await chat()
    await ask(page, "answer")
    await page.route("**/messages", lambda route: route.abort())
    await page.locator("#text").fill("kept words")
    await page.locator("button.send").click()
    await expect(page.locator(".failure")).to_be_visible()
    await page.unroute("**/messages")
    await page.reload()
    await expect(page.locator("#log")).to_contain_text("kept words")
    await expect(page.locator(".failure")).to_have_count(0)
    await expect(page.locator(".line.bot")).to_have_count(2)
    assert asked(world, "kept words") == 1


async def test_an_acknowledgement_that_is_lost_doubles_nothing(chat: Chat, world: World) -> None:
    page = await chat()
    await ask(page, "answer")

    async def take_and_lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/messages", take_and_lose, times=1)
    await page.locator("#text").fill("acknowledged late")
    await page.locator("button.send").click()
    await expect(page.locator(".line.bot")).to_have_count(2)
    await expect(page.locator(SAID)).to_have_text(["answer", "acknowledged late"])
    await expect(page.locator(".failure")).to_have_count(0)
    assert asked(world, "acknowledged late") == 1


async def test_what_was_on_its_way_when_it_was_cleared_is_never_sent(
    chat: Chat, world: World
) -> None:
    page = await chat(expected=("404",))
    await ask(page, "answer")
    go = asyncio.Event()

    async def hold(route: Route) -> None:
        await go.wait()
        with contextlib.suppress(Error):  # given up by then
            await route.continue_()

    await page.route("**/messages", hold, times=1)
    for words in ("held words", "held words too"):
        await page.locator("#text").fill(words)
        await page.locator("button.send").click()
    await expect(page.locator(".sending")).to_have_count(2)
    await page.get_by_role("button", name="设置").click()
    await page.get_by_role("button", name="清除对话，重新开始").click()
    await page.get_by_role("button", name="清除", exact=True).click()
    await expect(page.locator(".welcome")).to_be_visible()
    go.set()
    await ask(page, "table")
    assert await said(page) == ["table"]
    await expect(page.locator(".line.system")).to_have_count(0)
    assert asked(world, "held words") == asked(world, "held words too") == 0


async def test_two_tabs_of_one_conversation_show_the_same(chat: Chat) -> None:
    page = await chat()
    await ask(page, "answer")
    kept = await page.evaluate("sessionStorage.getItem('wenbao.talk.demo')")
    other = await page.context.new_page()
    await other.add_init_script(f"sessionStorage.setItem('wenbao.talk.demo', '{kept}')")
    await other.goto(page.url)
    await expect(other.locator(".line.bot")).to_have_count(1)
    await asyncio.gather(ask(page, "table"), ask(other, "office"))
    for tab in (page, other):
        await expect(tab.locator(".line.bot")).to_have_count(3)
        assert sorted(await said(tab)) == ["answer", "office", "table"]
    assert await said(page) == await said(other)


async def test_two_tabs_opened_apart_are_two_conversations(chat: Chat) -> None:
    page = await chat()
    await ask(page, "answer")
    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(other.locator(".welcome")).to_be_visible()


async def test_where_streams_do_not_get_through_it_polls(chat: Chat, world: World) -> None:
    async def no_streams(page: Page) -> None:
        async def hold(route: Route) -> None:
            if "text/event-stream" in (route.request.headers.get("accept") or ""):
                await asyncio.sleep(8)
            with contextlib.suppress(Error):  # by then the page has given up on it, as it should
                await route.continue_()

        await page.route("**/events*", hold)

    page = await chat(prepare=no_streams)
    await page.locator("#text").fill("answer")
    await page.locator("button.send").click()
    await expect(page.locator(".bubble.answer")).to_be_visible(timeout=15_000)
    await page.unroute_all(behavior="ignoreErrors")


async def test_a_conversation_that_ended_elsewhere_goes_on_in_a_new_one(
    chat: Chat, world: World
) -> None:
    page = await chat(expected=("404",))
    await ask(page, "answer")
    await page.evaluate(
        """async () => {
          const {conversation, token} = JSON.parse(sessionStorage.getItem('wenbao.talk.demo'));
          await fetch(`/api/chat/conversations/${conversation}`,
            {method: 'DELETE', headers: {Authorization: `Bearer ${token}`}});
        }"""
    )
    await expect(page.locator("#log")).to_contain_text("之前的对话已经结束", timeout=15_000)
    await ask(page, "table")
    assert await said(page) == ["table"]


async def test_the_first_message_can_go_within_three_seconds_on_a_slow_phone(
    chat: Chat, world: World
) -> None:
    page = await chat("/healthz")
    tools = await page.context.new_cdp_session(page)
    await tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    await tools.send("Network.enable")
    await tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await tools.send("Network.emulateNetworkConditions", SLOW)
    started = time.monotonic()
    await page.goto(world.url + "/chat", wait_until="commit")
    await page.locator("#text").fill("answer")
    await page.locator("button.send").click()
    await expect(page.locator(".line.citizen")).to_be_visible()
    took = time.monotonic() - started
    await expect(page.locator(".bubble.answer")).to_be_visible(timeout=10_000)
    assert took <= SECONDS_TO_FIRST_MESSAGE


async def test_an_answer_stands_on_the_screen_within_a_tenth_of_a_second(chat: Chat) -> None:
    async def watch(page: Page) -> None:
        await page.add_init_script(WATCH_ANSWER)

    page = await chat(prepare=watch)
    await ask(page, "answer")
    await page.wait_for_function("window.__shown > 0")
    took = await page.evaluate("(window.__shown - window.__came) / 1000")
    assert took <= SECONDS_TO_SHOW
