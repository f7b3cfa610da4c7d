"""The checklist for older people and people with a handicap: docs/accessibility.md, by row."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Chat, World, ask
from tests.browser.scenes import SCENES
from tests.conftest import ROOT

ELDER = {"elder": True, "size": 2, "contrast": False, "locale": "zh-CN"}
LARGEST = {**ELDER, "size": 4}
# Every visible piece of text with the size it is drawn in.
TEXTS = """() => { const found = []; const walk = document.createTreeWalker(document.body, 4);
  while (walk.nextNode()) { const node = walk.currentNode; const box = node.parentElement;
    if (!node.data.trim() || !box.checkVisibility()) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const r = range.getBoundingClientRect(); const s = getComputedStyle(box);
    if (r.width < 2 || box.closest('.hidden, script, noscript') || s.clipPath !== 'none') continue;
    found.push([node.data.trim().slice(0, 20), parseFloat(s.fontSize), parseFloat(s.lineHeight),
      s.fontFamily]); } return found; }"""
TARGETS = """() =>
  [...document.querySelectorAll('button, a[href], input, select, textarea, summary')]
  .filter((e) => e.checkVisibility() && !e.closest('.hidden') && !e.matches('.link'))
  .map((e) => { const b = e.getBoundingClientRect();
    return [e.textContent.trim().slice(0, 16) || e.id || e.className, b.width, b.height]; })
  .filter(([, width]) => width > 0)"""
SIDEWAYS = """() => document.scrollingElement.scrollWidth - innerWidth"""


async def elder_page(chat: Chat, look: dict[str, Any] | None = None, **options: Any) -> Page:
    """The chat in 长辈版."""
    page = await chat(look=look or ELDER, **options)
    await page.wait_for_selector(".welcome")
    return page


async def test_row_1_the_largest_words_have_30_pixels_and_nothing_is_cut_off(chat: Chat) -> None:
    page = await elder_page(chat, LARGEST, width=320, height=568)
    for scene in ("welcome", *SCENES):
        if scene != "welcome":
            await ask(page, scene)
        sizes = await page.evaluate(
            """[...document.querySelectorAll('.words')]
              .map((e) => parseFloat(getComputedStyle(e).fontSize))"""
        )
        assert all(size >= 30 for size in sizes), scene
        assert await page.evaluate(SIDEWAYS) <= 0, scene


async def test_rows_2_to_4_every_word_is_large_sans_serif_and_well_spaced(chat: Chat) -> None:
    page = await elder_page(chat)
    for scene in ("welcome", *SCENES):
        if scene != "welcome":
            await ask(page, scene)
        for words, size, line, family in await page.evaluate(TEXTS):
            assert size >= 18, (scene, words, size)
            assert line / size >= 1.295, (scene, words, line / size)
            assert family.endswith("sans-serif")
    main = await page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert main >= 20


async def test_row_4_spacing_of_ones_own_cuts_nothing_off(chat: Chat) -> None:
    page = await elder_page(chat, width=320)
    await ask(page, "answer")
    await page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important;'
          + 'word-spacing: .16em !important } p { margin-bottom: 2em !important }');
        document.adoptedStyleSheets = [sheet]; }"""
    )
    assert await page.evaluate(SIDEWAYS) <= 0
    cut = await page.evaluate(
        """[...document.querySelectorAll('.button span, .words, h3')].filter((e) =>
          e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow === 'hidden'
            && getComputedStyle(e).clipPath === 'none').length"""
    )
    assert cut == 0


@pytest.mark.parametrize(("look", "least"), [(ELDER, 60), (None, 44)])
async def test_row_6_what_can_be_tapped_is_large_enough(
    chat: Chat, look: dict[str, Any] | None, least: int
) -> None:
    page = await chat(look=look)
    await page.wait_for_selector(".welcome")
    for scene in ("welcome", *SCENES):
        if scene != "welcome":
            await ask(page, scene)
        await page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        small = [
            t for t in await page.evaluate(TARGETS) if t[1] < least - 0.5 or t[2] < least - 0.5
        ]
        assert small == [], scene
    await page.get_by_role("button", name="设置").click()
    small = [t for t in await page.evaluate(TARGETS) if t[1] < least - 0.5 or t[2] < least - 0.5]
    assert small == []


async def test_row_7_a_failure_is_told_by_icon_and_words_not_by_colour_alone(chat: Chat) -> None:
    page = await elder_page(chat)
    await page.context.set_offline(True)
    await page.locator("#text").fill("answer")
    await page.locator("button.send").click()
    await expect(page.locator(".failure svg").first).to_be_visible()
    await expect(page.locator(".failure")).to_contain_text("没有发出去")


async def test_rows_8_and_11_no_puzzle_no_advertisement_nothing_pops_up(chat: Chat) -> None:
    page = await chat()
    await page.wait_for_selector(".welcome")
    assert await page.locator("dialog[open], [role=dialog], [role=alertdialog]").count() == 0
    assert await page.locator("img, canvas, video, audio").count() == 0


async def test_row_10_nothing_changes_while_the_citizen_thinks(chat: Chat) -> None:
    page = await chat(prepare=_clocked)
    await ask(page, "answer")
    before = await page.locator("#log").inner_text()
    await page.clock.run_for(30 * 60 * 1000)
    assert await page.locator("#log").inner_text() == before
    assert await page.locator(".idle").count() == 0


async def _clocked(page: Page) -> None:
    await page.clock.install()


async def test_row_12_one_tap_on_the_first_screen_and_remembered(chat: Chat) -> None:
    page = await chat(width=320, height=568)
    switch = page.get_by_role("switch", name="长辈版")
    await expect(switch).to_be_in_viewport()
    await switch.click()
    await expect(page.locator("html[data-elder]")).to_be_attached()
    await page.reload()
    await expect(page.get_by_role("switch", name="长辈版")).to_have_attribute(
        "aria-checked", "true"
    )
    await page.get_by_role("button", name="设置").click()
    await expect(page.locator("dialog").get_by_role("switch", name="长辈版")).to_be_visible()


async def test_row_12_one_thing_at_a_time(chat: Chat) -> None:
    page = await elder_page(chat)
    await ask(page, "answer")
    await ask(page, "table")
    assert await page.locator(".line.citizen").count() == 1
    await page.get_by_role("button", name="看前面的对话").click()
    assert await page.locator(".line.citizen").count() == 2


async def test_row_13_a_person_is_one_tap_away_on_every_screen(chat: Chat) -> None:
    for look in (None, ELDER, LARGEST):
        page = await chat(look=look, width=320, height=568)
        human = page.get_by_role("banner").get_by_role("button", name="转人工")
        for scene in ("welcome", *SCENES):
            if scene != "welcome":
                await ask(page, scene)
            await expect(human).to_be_in_viewport()
        await human.click()
        await expect(page.locator(".line.citizen").last).to_contain_text("转人工")
        await expect(page.locator(".bubble.handoff").last).to_be_visible()


async def test_row_13_also_when_everything_behind_is_down(chat: Chat) -> None:
    page = await chat(look=ELDER)
    await page.wait_for_selector(".welcome")
    await page.route("**/api/**", lambda route: route.abort())
    await page.context.set_offline(True)
    await page.get_by_role("button", name="转人工").click()
    where = page.locator(".line.bot").last
    await expect(where.get_by_role("link", name="拨打 12333")).to_be_visible()
    await expect(where).to_contain_text("周一至周五 9:00–17:00")
    await expect(where).to_contain_text("演示市人民路1号一楼")


async def test_row_13_the_button_says_words_that_the_engine_always_takes(
    chat: Chat, world: World
) -> None:
    page = await chat()
    await page.get_by_role("button", name="转人工").click()
    await expect(page.locator(".bubble.handoff")).to_be_visible()
    assert world.engine.texts[-1] == "转人工"


async def test_row_14_the_keyboard_reaches_everything_and_shows_where_it_is(chat: Chat) -> None:
    page = await chat(width=1280)
    await ask(page, "answer")
    seen: set[str] = set()
    for _ in range(30):
        await page.keyboard.press("Tab")
        at = await page.evaluate(
            """() => { const e = document.activeElement; const b = e.getBoundingClientRect();
              const s = getComputedStyle(e.closest('.fields') || e);
              const y = b.y + Math.min(b.height / 2, 300);
              const top = document.elementFromPoint(b.x + b.width / 2, y);
              return [e.textContent.trim().slice(0, 12) || e.id,
                s.outlineStyle !== 'none' || s.boxShadow !== 'none',
                e === document.body || !top || e.contains(top) || top.contains(e)]; }"""
        )
        if await page.evaluate("document.activeElement === document.body"):
            continue
        seen.add(at[0])
        assert at[1], f"no focus is seen on {at[0]}"
        assert at[2], f"{at[0]} lies under something"
    assert {"转人工", "设置", "text", "发送", "有用", "没用", "复制"} <= seen


async def test_row_15_a_screen_reader_finds_its_way(chat: Chat) -> None:
    page = await chat()
    await page.wait_for_selector(".welcome")
    log = page.get_by_role("log", name="对话内容")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(page.get_by_role("status").first).to_be_attached()  # there before it speaks
    await expect(page.get_by_role("textbox", name="请写下您的问题")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert await page.title() == "问保 · 演示社会保险服务中心"
    await ask(page, "answer")
    await expect(
        log.get_by_role("heading", name="灵活就业人员怎么参加职工养老保险")
    ).to_be_visible()


@pytest.mark.parametrize("look", [None, ELDER])
async def test_row_17_at_400_percent_nothing_scrolls_sideways(
    chat: Chat, look: dict[str, Any] | None
) -> None:
    page = await chat(width=320, height=256, look=look)
    for scene in ("welcome", *SCENES):
        if scene != "welcome":
            await ask(page, scene)
        assert await page.evaluate(SIDEWAYS) <= 0, scene
    await page.locator("#text").scroll_into_view_if_needed()
    await expect(page.locator("#text")).to_be_in_viewport()


async def test_row_18_help_is_in_the_same_place_everywhere(chat: Chat) -> None:
    page = await chat()
    human = page.get_by_role("banner").get_by_role("button", name="转人工")
    at = await human.bounding_box()
    for scene in SCENES:
        await ask(page, scene)
        assert await human.bounding_box() == at


async def test_row_19_aloud_larger_and_darker_inside_the_page(chat: Chat) -> None:
    page = await chat()
    await page.evaluate(
        "() => { speechSynthesis.speak = (said) => (window.__said = [said.text, said.lang]); }"
    )
    await ask(page, "answer")
    await page.get_by_role("button", name="朗读").click()
    text, lang = await page.evaluate("window.__said")
    assert "灵活就业" in text
    assert lang == "zh-CN"
    await expect(page.get_by_role("button", name="停止朗读")).to_be_visible()
    await page.get_by_role("button", name="设置").click()
    await page.get_by_role("button", name="高对比度").click()
    await expect(page.locator("html[data-contrast]")).to_be_attached()
    await page.get_by_role("button", name="最大").click()
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "30px"


async def test_row_20_nothing_moves_for_those_who_do_not_want_it(chat: Chat) -> None:
    page = await chat(reduced_motion="reduce")
    await ask(page, "answer")
    assert await page.evaluate("document.getAnimations().length") == 0


async def test_the_focus_stays_where_a_button_goes_away(chat: Chat) -> None:
    page = await chat()
    await ask(page, "answer")
    await page.get_by_role("button", name="没用").press("Enter")
    await expect(page.locator(".why")).to_be_focused()
    await page.get_by_role("button", name="看不懂").press("Enter")
    await expect(page.locator(".rated")).to_be_focused()
    await page.get_by_role("button", name="设置").click()
    clear = page.get_by_role("button", name="清除对话，重新开始")
    await clear.press("Enter")
    await expect(page.locator(".sure")).to_be_focused()
    await page.get_by_role("button", name="取消").press("Enter")
    await expect(clear).to_be_focused()
    page = await elder_page(chat)
    await ask(page, "answer")
    await ask(page, "form")
    await page.get_by_role("button", name="看前面的对话").press("Enter")
    await expect(page.locator("#log")).to_be_focused()


def test_every_row_has_a_test_or_a_line() -> None:
    written = (ROOT / "docs/accessibility.md").read_text(encoding="utf-8")
    assert [int(row) for row in re.findall(r"^\| (\d+) \|", written, re.M)] == list(range(1, 23))
