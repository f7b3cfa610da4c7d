"""Whether what is said to "可以查吗" is a yes, a no, or something else."""

from __future__ import annotations

import pytest

from bot.dialogue.consent import AGREE, REFUSE, consented


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *((text, AGREE) for text in ("可以", "嗯 查吧", "可以的 麻烦了", "好吧好吧可以查", "中")),
        *((text, AGREE) for text in ("行，你查", "同意的 查吧", "你查呀 我不是同意了吗", "我同意")),
        *((text, REFUSE) for text in ("不同意", "别查", "不行，我不想让你们看", "我不愿意")),
        *((text, "") for text in ("为什么要我同意", "可以查到几年的", "可以查我老婆的吗", "")),
        *((text, "") for text in ("好的 那养老金呢", "我就在广东交过啊 为什么还要问上海四川")),
    ],
)
def test_only_what_says_nothing_else_is_a_consent(text: str, told: str) -> None:
    assert consented(text, "faq") == told


@pytest.mark.parametrize(("intent", "told"), [("affirm", AGREE), ("deny", REFUSE), ("faq", "")])
def test_what_is_a_yes_anywhere_is_one_here(intent: str, told: str) -> None:
    assert consented("甭客气", intent) == told
