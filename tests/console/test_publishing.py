"""The way of a change: draft, review by somebody else, publication into files, and back."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import timedelta

import httpx
import pytest

from tests.console.conftest import Console, Worker, until

NEW = "补办社保卡可以在社保经办机构当场办结，也可以网上申请，不收费。"


async def approved(console: Console, item: str, **changed: str) -> None:
    """Have a change written by one person and approved by another."""
    async with console.worker("editor") as editor, console.worker("reviewer") as reviewer:
        assert (await editor.edit(item, **changed)).status_code == 303
        assert (await editor.step(item, "submit")).status_code == 303
        assert (await reviewer.step(item, "approve")).status_code == 303


async def publish(console: Console, *items: str) -> None:
    """Publish what is approved, and wait for the gate where it has a say."""
    async with console.worker("publisher") as publisher:
        done = await publisher.post("/publishing", entry=await publisher.ticked(*items))
        assert done.status_code == 303, done.text
        if "candidates" in done.headers["location"]:
            assert await ended(publisher, done) == "published"


async def ended(worker: Worker, begun: httpx.Response) -> str:
    """The state that a candidate ends in."""
    for _ in range(200):
        page = await worker.get(begun.headers["location"] + "/state")
        state = re.search(r'class="state (\w+)"', page.text)
        assert state, page.text
        if state[1] != "checking":
            return state[1]
        await asyncio.sleep(0.05)
    raise AssertionError("it did not end")


async def test_an_approved_change_is_in_the_files_within_five_seconds(console: Console) -> None:
    await approved(console, "Q001", summary=NEW, wordings="丢了社保卡咋整\n" + LINES)
    started = time.monotonic()
    await publish(console, "Q001")
    assert time.monotonic() - started < 5
    assert console.items()["Q001"]["summary"] == NEW
    assert "- 丢了社保卡咋整\n" in console.wordings()["faq/Q001"]
    assert (console.live / "current").readlink().name == "000002"


TICKED = "/items?state=draft"
LINES = "\n".join(f"社保卡丢了{end}" for end in ("怎么办", "去哪补", "补办多久", "收费吗", "找谁"))


async def test_a_draft_or_a_change_in_review_changes_no_file(console: Console) -> None:
    before = console.items()
    async with console.worker("editor") as editor, console.worker("publisher") as publisher:
        await editor.edit("Q001", summary=NEW)
        assert (
            await publisher.post("/publishing", entry=await publisher.ticked("Q001"))
        ).status_code == 409
        await editor.step("Q001", "submit")
        assert (
            await publisher.post("/publishing", entry=await publisher.ticked("Q001"))
        ).status_code == 409
    assert console.items() == before


async def test_an_author_with_every_role_cannot_approve_their_own_change(console: Console) -> None:
    async with console.worker("editor", "reviewer", "publisher") as both:
        await both.edit("Q001", summary=NEW)
        await both.step("Q001", "submit")
        refused = await both.step("Q001", "approve")
        assert refused.status_code == 403
        assert "要由别人审核" in refused.text


async def test_who_wrote_an_earlier_part_of_a_change_cannot_approve_it_either(
    console: Console,
) -> None:
    async with console.worker("editor", "reviewer") as first, console.worker("editor") as second:
        await first.edit("Q001", summary=NEW)
        await second.edit("Q001", title="社保卡补办")
        await second.step("Q001", "submit")
        assert (await first.step("Q001", "approve")).status_code == 403


async def test_a_rollback_brings_the_old_answer_back(console: Console) -> None:
    old = console.items()["Q001"]
    await approved(console, "Q001", summary=NEW)
    await publish(console, "Q001")
    async with console.worker("publisher") as publisher:
        assert (await publisher.post("/publishing/1/back")).status_code == 303
        assert console.items()["Q001"] == old
        assert (await publisher.post("/publishing/2/back")).status_code == 303
    assert console.items()["Q001"]["summary"] == NEW
    assert (console.live / "current").readlink().name == "000004"


async def test_what_was_rolled_back_needs_a_new_review(console: Console) -> None:
    await approved(console, "Q001", summary=NEW)
    await publish(console, "Q001")
    async with console.worker("publisher") as publisher:
        await publisher.post("/publishing/1/back")
        page = await publisher.get("/items/Q001")
        assert 'class="state draft"' in page.text
        assert (
            await publisher.post("/publishing", entry=await publisher.ticked("Q001"))
        ).status_code == 409


async def test_a_new_item_goes_live_and_a_rollback_takes_it_away(console: Console) -> None:
    form = {
        "summary": "灵活就业人员可以自己选缴费档次，按月缴费。",
        "wordings": "\n".join(
            f"灵活就业{end}" for end in ("怎么交", "交多少", "在哪交", "能停吗", "能补吗")
        ),
        "scope": "national",
        "facts": "PEN-06",
        "sources": "LAW_SI | 十",
        "effective_from": "2026-01-01",
        "related": "Q001",
        "office": "social_insurance",
        "owner": "参保政策岗",
        "review_by": "2027-06-30",
        "confidence": "high",
    }
    async with console.worker("editor") as editor:
        begun = await editor.post("/items/new", title="灵活就业", family="demo", area="社会保险")
        assert begun.headers["location"] == "/items/Q501"
    await approved(console, "Q501", **form)
    await publish(console, "Q501")
    assert console.items()["Q501"]["title"] == "灵活就业"
    async with console.worker("publisher") as publisher:
        await publisher.post("/publishing/1/back")
    assert "Q501" not in console.items()


async def test_the_gate_names_the_wording_that_two_items_share(console: Console) -> None:
    lines = "停保怎么办\n" + LINES
    async with console.worker("editor") as editor:  # a draft without it lets the line be submitted
        await editor.edit("Q002", wordings="\n".join(f"不交了{end}" for end in LINES.split("\n")))
    await approved(console, "Q001", wordings=lines)
    async with console.worker("publisher") as publisher:
        refused = await publisher.post("/publishing", entry=await publisher.ticked("Q001"))
    assert refused.status_code == 409
    assert "Q001：问法“停保怎么办”和条目Q002的一样。" in refused.text
    assert "停保怎么办" not in console.wordings()["faq/Q001"]


async def test_what_is_plainly_wrong_is_not_submitted(console: Console) -> None:
    async with console.worker("editor") as editor:
        await editor.edit("Q001", summary="太短", sources="NIX | 1")
        refused = await editor.step("Q001", "submit")
    assert refused.status_code == 409
    assert "没有编号为“NIX”的政策依据" in refused.text


async def test_two_who_edit_at_the_same_time_do_not_overwrite_each_other(console: Console) -> None:
    async with console.worker("editor") as one, console.worker("editor") as other:
        head = await other.head("Q001")
        await one.edit("Q001", summary=NEW)
        refused = await other.edit("Q001", title="别的标题", head=str(head))
    assert refused.status_code == 409
    assert "别人刚刚改过" in refused.text


async def test_a_scheduled_change_goes_live_by_itself(console: Console) -> None:
    await approved(console, "Q001", summary=NEW)
    at = (console.clock() + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")  # in an hour, in China
    async with console.worker("publisher") as publisher:
        await publisher.step("Q001", "schedule", at=at)
        assert console.items()["Q001"]["summary"] != NEW
        console.clock.ahead = timedelta(hours=2)
        await until(lambda: console.items()["Q001"]["summary"] == NEW)


@pytest.mark.parametrize(
    ("at", "why"),
    [("2020-01-01T08:00", "已经过去"), ("9999-12-31T23:59", "两年"), ("0001-01-01T00:00", "过去")],
)
async def test_a_time_that_is_past_or_years_ahead_is_no_schedule(
    console: Console, at: str, why: str
) -> None:
    await approved(console, "Q001", summary=NEW)
    async with console.worker("publisher") as publisher:
        refused = await publisher.step("Q001", "schedule", at=at)
        assert (refused.status_code, why in refused.text) == (409, True)
        assert "定于" not in (await publisher.get("/publishing")).text
        await asyncio.sleep(0.5)  # two looks at what is due
    assert console.items()["Q001"]["summary"] != NEW


async def test_the_first_page_says_what_is_over(console: Console) -> None:
    async with console.worker("editor") as editor:
        await editor.edit("Q001", effective_to="2020-06-30")
        await editor.edit("Q002", review_by="2020-06-30")
        soon = str((console.clock() + timedelta(days=20)).date())
        await editor.edit("Q003", review_by=soon)
        page = " ".join((await editor.get("/")).text.split("60天内到期")[1].split())
    over = [re.search(rf"/items/{item}.*?</li>", page) for item in ("Q001", "Q002", "Q003")]
    told = [one[0] for one in over if one]
    assert ["已过期" in one for one in told] == [True, False, False]
    assert ["已过复核期限" in one for one in told] == [False, True, False]


async def test_a_retired_item_is_given_an_end_and_keeps_its_place(console: Console) -> None:
    await approved(console, "Q002", retired="1", effective_to="2026-10-31")
    await publish(console, "Q002")
    assert str(console.items()["Q002"]["effective_to"]) == "2026-10-31"
    async with console.worker("editor") as editor:
        assert "Q002" in (await editor.get("/items?state=retired")).text


async def test_a_figure_goes_the_same_way_and_shows_whom_it_touches(console: Console) -> None:
    figure = "F-base_floor-110000-2026-07-01"
    async with console.worker("editor") as editor, console.worker("reviewer") as reviewer:
        told = {"label": "缴费基数下限", "value": "7300", "display": "每月7300元"}
        told |= {"effective_to": "2027-06-30", "source": "BJ_2026_BASE", "confidence": "high"}
        head = await editor.head(figure)
        assert (await editor.post(f"/figures/{figure}", head=head, **told)).status_code == 303
        page = await editor.get(f"/figures/{figure}")
        assert "会变的答案（1）" in page.text
        assert "<del>7270</del><ins>7300</ins>" in page.text.replace("元", "")
        await editor.step(figure, "submit")
        await reviewer.step(figure, "approve")
    await publish(console, figure)
    file = (console.live / "current/knowledge/parameters.yml").read_text("utf-8")
    assert "每月7300元" in file
    assert "每月7460元" in file


async def test_an_old_version_can_be_restored(console: Console) -> None:
    async with console.worker("editor") as editor:
        await editor.edit("Q001", summary=NEW)
        history = await editor.get("/items/Q001/history")
        assert "恢复第1版" in history.text
        difference = await editor.get("/items/Q001/history/1/2")
        assert "<ins>" in difference.text
        done = await editor.post("/items/Q001/restore", version=1, head=2)
        assert done.status_code == 303
        assert await editor.head("Q001") == 3
        assert NEW not in (await editor.get("/items/Q001")).text.split("和线上相比")[-1]


@pytest.mark.parametrize("path", ["/items/Q999", "/figures/Q001", "/items/Q001/history/1/99"])
async def test_what_is_not_there_is_a_page_that_says_so(console: Console, path: str) -> None:
    async with console.worker("editor") as editor:
        missing = await editor.get(path)
    assert missing.status_code == 404
    assert "没有找到" in missing.text


async def send_back(reviewer: Worker, item: str) -> int:
    """The status of giving it back with a reason."""
    return (await reviewer.step(item, "send-back", text="请写清楚收不收费")).status_code


async def test_a_reviewer_gives_a_change_back_with_a_reason(console: Console) -> None:
    async with console.worker("editor") as editor, console.worker("reviewer") as reviewer:
        await editor.edit("Q001", summary=NEW)
        await editor.step("Q001", "submit")
        silent = await reviewer.step("Q001", "send-back", text=" ")
        assert (silent.status_code, "退回要写理由" in silent.text) == (409, True)
        assert 'class="state in_review"' in (await editor.get("/items/Q001")).text
        assert await send_back(reviewer, "Q001") == 303
        page = await editor.get("/items/Q001")
        assert "请写清楚收不收费" in page.text
        assert 'class="state draft"' in page.text


async def test_ticked_drafts_are_submitted_together_or_none_of_them(console: Console) -> None:
    async with console.worker("editor") as editor, console.worker("auditor") as auditor:
        await editor.edit("Q001", summary=NEW)
        await editor.edit("Q002", summary="太短")
        await editor.edit("Q003", detail="1. 带身份证。")
        drafts = (await editor.get("/items?state=draft")).text
        ticks = re.findall(r'name="draft" value="([^"]+)"', drafts)
        assert ticks == ["Q001:2", "Q002:2", "Q003:2"]
        refused = await editor.post("/items/submit", draft=ticks)
        assert (refused.status_code, "Q002：" in refused.text) == (409, True)
        assert 'value="Q001:2"' in (await editor.get("/items?state=draft")).text
        stale = await editor.post("/items/submit", draft=["Q001:1"])
        assert stale.status_code == 409
        done = await editor.post("/items/submit", draft=["Q001:2", "Q003:2"])
        assert done.status_code == 303
        left = re.findall(r'name="draft" value="([^"]+)"', (await editor.get(TICKED)).text)
        assert left == ["Q002:2"]
        assert 'name="draft"' not in (await auditor.get(TICKED)).text
