"""Every card, as a citizen sees and uses it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Chat, World, ask, with_a_voice
from tests.browser.scenes import SCENES

SEEN = {
    "answer": [
        "灵活就业人员怎么参加职工养老保险",
        "带上身份证",
        "适用地区：四川省",
        "自2025年1月1日起，到2026年12月31日止",
    ],
    "choices": ["您是想问下面哪一个", "缴费基数怎么定"],
    "contributions": [
        "66个月",
        "2025年9月",
        "中断：2022年3月到2022年5月，3个月",
        "上海市暂时没有回应",
    ],
    "estimate": ["61岁11个月", "2034年7月", "这是估算"],
    "form": ["算一算退休时间", "出生年月", "补充说明（可以不填）", "开始算"],
    "by_code": ["手机号", "发验证码"],
    "table": ["近三个月缴费", "2025-10", "328.00"],
    "sign_in": ["去登录", "用手机扫码登录", "问保看不到您的密码"],
    "certificate": ["YS-2026-000123", "7K3M-9QXP", "下载", "2026年11月30日"],
    "handoff": ["前面还有 2 位", "排队号 128", "拨打 12333", "演示市人民路1号一楼"],
    "office": ["演示社会保险服务大厅", "拨打 0000-12333"],
    "notice": ["真对不起", "拨打 12333"],
}


@pytest.mark.parametrize("scene", SCENES)
async def test_a_card_shows_what_it_holds(chat: Chat, scene: str) -> None:
    page = await chat(timezone_id="UTC")
    await ask(page, scene)
    for words in SEEN[scene]:
        await expect(page.locator("#log")).to_contain_text(words)


def test_every_kind_of_card_is_tried() -> None:
    from tests.cards import FOLDER

    assert {card["type"] for _, card in SCENES.values()} == {
        file.stem for file in FOLDER.glob("*.json")
    }


async def test_sources_unfold_and_lead_to_the_document(chat: Chat) -> None:
    page = await chat()
    await ask(page, "answer")
    await page.get_by_text("政策依据 · 2").click()
    law = page.locator(".sources li").first
    await expect(law).to_contain_text("主席令第三十五号 · 第十条 · 2010年10月28日发布")
    link = law.get_by_role("link", name="看原文")
    assert await link.get_attribute("href") == "https://www.gov.cn/law.html"
    assert await link.get_attribute("rel") == "noopener noreferrer"


async def test_a_link_to_no_government_page_warns_first(chat: Chat) -> None:
    page = await chat()
    await ask(page, "thanks")
    await page.get_by_role("button", name="https://news.example.com/a").click()
    await expect(page.locator(".leaving")).to_contain_text("news.example.com")
    await expect(page.get_by_role("link", name="继续前往")).to_be_visible()
    await page.get_by_role("button", name="不去了").click()
    assert await page.locator(".leaving").count() == 0


async def test_a_tap_on_a_related_question_asks_it(chat: Chat, world: World) -> None:
    page = await chat()
    await ask(page, "answer")
    await page.get_by_role("button", name="缴费基数怎么定").click()
    await expect(page.locator(".line.citizen").last).to_contain_text("缴费基数怎么定")
    await expect(page.locator("#log")).to_contain_text("不客气")
    assert world.engine.texts[-1] == "/choose1"
    assert await page.locator(".choices").count() == 0  # old choices do not stay around


async def test_helpful_or_not_with_a_reason(chat: Chat) -> None:
    page = await chat()
    told: list[str] = []
    page.on("request", lambda r: told.append(r.post_data or "") if "feedback" in r.url else None)
    await ask(page, "answer")
    await page.get_by_role("button", name="没用").click()
    await page.get_by_role("button", name="看不懂").click()
    await expect(page.locator(".rated")).to_contain_text("谢谢，我们会改进")
    await ask(page, "answer")
    await page.get_by_role("button", name="有用").click()
    await expect(page.locator(".rated").last).to_contain_text("谢谢您的评价")
    assert told[1:] == ['{"helpful":false,"comment":"看不懂"}', '{"helpful":true}']


async def test_a_form_names_what_is_missing_and_sends_the_rest_as_fields(chat: Chat) -> None:
    page = await chat()
    await ask(page, "form")
    await page.get_by_role("button", name="开始算").click()
    await expect(page.get_by_role("alert")).to_have_text("请填写：出生年月")
    await expect(page.get_by_label("出生年月")).to_be_focused()
    # A browser without a picker shows how it is written.
    await expect(page.get_by_label("出生年月")).to_have_attribute("placeholder", "1968-05")
    await page.get_by_label("出生年月").fill("1972-08")
    await page.get_by_label("人员类别").select_option(label="男职工")
    async with page.expect_request("**/messages") as sent:
        await page.get_by_role("button", name="开始算").click()
    body = (await sent.value).post_data_json
    assert body["choice"] == "/inform"
    assert body["fields"] == {"birth": "1972-08", "worker": "male", "years": "10"}
    await expect(page.locator(".line.citizen").last).to_contain_text("开始算")
    assert "1972-08" not in await page.evaluate("JSON.stringify(sessionStorage)")


async def test_a_refused_form_names_the_field_and_can_be_mended(chat: Chat, world: World) -> None:
    page = await chat(expected=("422",))
    await ask(page, "form")
    heard = len(world.engine.heard)
    await page.get_by_label("出生年月").fill("1972-08")
    await page.get_by_label("人员类别").select_option(label="男职工")
    years = page.get_by_label("已缴年限")
    await years.fill("很多")
    await page.get_by_role("button", name="开始算").click()
    await expect(page.get_by_role("alert")).to_have_text("“已缴年限”没有填对，请改一改再提交。")
    await expect(years).to_be_focused()
    await expect(years).to_have_value("很多")
    assert await page.locator(".line.citizen").count() == 1
    assert len(world.engine.heard) == heard
    await years.fill("15年")
    await page.get_by_role("button", name="开始算").click()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await expect(page.locator(".line.bot")).to_have_count(2)
    assert world.engine.texts[-1] == "/inform"


async def test_an_unsent_message_stands_where_it_was_said_and_blocks_nothing(chat: Chat) -> None:
    page = await chat()
    await ask(page, "answer")
    await page.route("**/messages", lambda route: route.abort(), times=1)
    await page.locator("#text").fill("lost words")
    await page.locator("button.send").click()
    await expect(page.locator(".failure")).to_be_visible()
    await page.get_by_role("button", name="缴费基数怎么定").click()
    await expect(page.locator(".line.bot")).to_have_count(2)
    said = page.locator(".line.citizen .bubble")
    await expect(said).to_have_text(["answer", "lost words", "缴费基数怎么定"])
    await ask(page, "form")
    await expect(page.get_by_label("出生年月")).to_be_enabled()


async def test_a_code_by_text_message_is_asked_for_and_given(chat: Chat, world: World) -> None:
    page = await chat()
    await page.route(
        "**/codes", lambda r: r.fulfill(status=202, json={"expires_in": 300, "retry_after": 60})
    )
    given: list[object] = []

    async def check(route: Route) -> None:
        given.append(route.request.post_data_json)
        wrong = {"error": "wrong_code", "message": "验证码不对"}
        await route.fulfill(status=422 if len(given) == 1 else 200, json=wrong)

    await page.route("**/codes/verify", check)
    await ask(page, "by_code")
    await page.get_by_label("手机号").fill("13900000000")
    await page.get_by_role("button", name="发验证码").click()
    field = page.get_by_label("短信里的六位数字")
    await expect(field).to_have_attribute("autocomplete", "one-time-code")
    await field.fill("１２３ ４５６")
    await page.get_by_role("button", name="确定").click()
    await expect(page.get_by_role("alert")).to_have_text("验证码不对")
    await field.fill("654321")
    await page.get_by_role("button", name="确定").click()
    await expect(page.get_by_role("alert")).to_have_count(0)
    assert given == [{"purpose": "sign_in", "code": code} for code in ("123456", "654321")]


async def test_the_record_is_a_chart_a_calendar_and_a_table(chat: Chat) -> None:
    page = await chat()
    await ask(page, "contributions")
    chart = page.get_by_role("img", name="职工养老保险每年缴费月数")
    await expect(chart).to_have_attribute(
        "aria-label",
        "职工养老保险每年缴费月数：2020年 12, 2021年 12, 2022年 9, 2023年 11, 2024年 12, 2025年 9",
    )
    await page.get_by_text("逐月日历").first.click()
    await expect(page.locator(".calendar tbody tr")).to_have_count(6)
    await page.get_by_text("逐月明细").first.click()
    row = page.get_by_role("row", name="2023-07")
    await expect(row).to_contain_text("欠缴")


async def test_a_certificate_is_fetched_with_the_token_and_saved(chat: Chat) -> None:
    page = await chat()
    sent: list[str] = []
    page.on(
        "request",
        lambda r: (
            sent.append(r.headers.get("authorization", "")) if r.url.endswith("/healthz") else None
        ),
    )
    await ask(page, "certificate")
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="下载").click()
    assert (await saved.value).suggested_filename == "参保缴费证明-YS-2026-000123.pdf"
    assert sent[0].startswith("Bearer ")


async def test_the_transcript_is_copied_saved_and_printed(chat: Chat, world: World) -> None:
    page = await chat(permissions=["clipboard-read", "clipboard-write"])
    await ask(page, "answer")
    await page.get_by_role("button", name="设置").click()
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="下载文字").click()
    text = (await (await saved.value).path()).read_text(encoding="utf-8-sig")
    assert "问保对话记录 · 演示社会保险服务中心" in text
    assert "灵活就业人员自己缴费" in text
    await page.get_by_role("button", name="复制全文").click()
    await expect(page.get_by_role("status")).to_have_text("已复制")
    assert "灵活就业" in await page.evaluate("navigator.clipboard.readText()")
    await page.evaluate("window.print = () => { window.__printed = true }")
    await page.get_by_role("button", name="设置").click()
    await page.get_by_role("button", name="打印").click()
    await page.wait_for_function("window.__printed")


async def test_restart_asks_once_then_wipes_here_and_there(chat: Chat) -> None:
    page = await chat()
    ended: list[str] = []
    page.on("request", lambda r: ended.append(r.method) if r.method == "DELETE" else None)
    await ask(page, "answer")
    await page.get_by_role("button", name="设置").click()
    await page.get_by_role("button", name="清除对话，重新开始").click()
    await expect(page.get_by_role("alert")).to_contain_text("找不回来")
    await page.get_by_role("button", name="清除", exact=True).click()
    await expect(page.locator(".welcome")).to_be_visible()
    assert ended == ["DELETE"]
    assert await page.evaluate("sessionStorage.length") == 0


async def test_clearing_also_ends_what_is_read_aloud(chat: Chat) -> None:
    page = await chat(prepare=with_a_voice)
    await ask(page, "answer")
    await page.get_by_role("button", name="朗读").click()
    assert await page.evaluate("window.__speaking") is True
    await page.get_by_role("button", name="设置").click()
    await page.get_by_role("button", name="清除对话，重新开始").click()
    await page.get_by_role("button", name="清除", exact=True).click()
    await expect(page.locator(".welcome")).to_be_visible()
    assert await page.evaluate("window.__speaking") is False


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("not-allowed", "没有允许使用麦克风。请在浏览器里允许，或者打字。"),
        ("service-not-allowed", "这里用不了语音输入，请打字。"),
        ("network", "这里用不了语音输入，请打字。"),
        ("no-speech", "没有听清，请再说一次，或者打字。"),
    ],
)
async def test_why_nothing_was_heard_is_said(chat: Chat, error: str, words: str) -> None:
    async def deaf(page: Page) -> None:
        await page.add_init_script(
            f"""window.SpeechRecognition = window.webkitSpeechRecognition = class {{
              start() {{ setTimeout(() => this.end()); }}
              end() {{ this.onerror({{ error: '{error}' }}); this.onend(); }}
              abort() {{}}
            }};"""
        )

    page = await chat(prepare=deaf)
    await page.get_by_role("button", name="说话").click()
    await expect(page.get_by_role("status").first).to_have_text(words)
    await expect(page.locator("button.mic")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("reports", [True, False])
async def test_a_browser_without_a_voice_says_so(chat: Chat, reports: bool) -> None:
    async def mute(page: Page) -> None:
        told = "said.onerror?.(new Event('error'))" if reports else ""
        await page.add_init_script(
            f"""speechSynthesis.getVoices = () => [];
            speechSynthesis.speak = (said) => setTimeout(() => {{ {told} }});"""
        )

    page = await chat(prepare=mute)
    await ask(page, "answer")
    await page.get_by_role("button", name="朗读").click()
    await expect(page.get_by_role("status").first).to_contain_text("没有能朗读的声音")
    await expect(page.get_by_role("button", name="朗读", exact=True)).to_be_visible()


async def test_three_languages(chat: Chat) -> None:
    page = await chat()
    await page.get_by_role("button", name="设置").click()
    await page.get_by_role("button", name="繁體中文").click()
    await expect(page.locator("h2").filter(has_text="設定")).to_be_visible()
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("heading", name="Hello, I am Wenbao")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Hello, I am Wenbao")).to_be_visible()


async def test_pasted_and_dropped_files_are_refused_politely(chat: Chat) -> None:
    page = await chat()
    for kind in ("paste", "drop"):
        await page.evaluate(
            """(kind) => {
              const data = new DataTransfer();
              data.items.add(new File(['x'], 'id.png', {type: 'image/png'}));
              const event = kind === 'paste'
                ? new ClipboardEvent('paste', {clipboardData: data, bubbles: true})
                : new DragEvent('drop', {dataTransfer: data, bubbles: true});
              document.getElementById('text').dispatchEvent(event);
            }""",
            kind,
        )
        await expect(page.locator("#log")).to_contain_text("这里收不了照片和文件")
