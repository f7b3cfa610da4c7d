"""Wordings that look alike: as near as counting every pair says, also when items change."""

from __future__ import annotations

import random

import pytest

from console.knowledge.similar import ALIKE, Index, _pairs
from tests.console.conftest import Console

ENDINGS = ("怎么办", "在哪办", "要多久", "要什么材料", "能网上办吗", "丢了怎么补")
TOPICS = ("社保卡", "养老金", "失业金", "停保", "生育津贴", "工伤认定", "缴费基数", "转移接续")
TOLD = {
    f"Q{number:03d}": [f"{topic}{ending}" for ending in ENDINGS]
    for number, topic in enumerate(TOPICS)
}


def counted(told: dict[str, list[str]], line: str, besides: str) -> list[float]:
    """Each other item's best score, by looking at every wording."""
    held, best = _pairs(line), dict[str, float]()
    for item, lines in told.items():
        for other in lines if item != besides else ():
            pairs = _pairs(other)
            score = round(2 * len(held & pairs) / (len(held) + len(pairs)), 2)
            if score >= ALIKE:
                best[item] = max(score, best.get(item, 0))
    return sorted(best.values(), reverse=True)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_the_nearest_are_those_that_share_most(most: int) -> None:
    index = Index()
    index.take(TOLD)
    for item, lines in TOLD.items():
        for line in lines:
            found = [one.score for one in index.near(line, item, most)]
            assert found == counted(TOLD, line, item)[:most], line
            assert item not in [one.item for one in index.near(line, item, most)]


def test_an_index_that_followed_changes_is_as_one_made_anew() -> None:
    chance, followed, told = random.Random(3), Index(), dict(TOLD)  # noqa: S311
    followed.take(told)
    for turn in range(40):
        item = chance.choice(list(told))
        told[item] = [f"{line}{turn}" for line in chance.sample(TOLD[item], 3)]
        followed.near("社保卡怎么办", "")  # what was found before must not stay
        followed.take({item: told[item]})
    fresh = Index()
    fresh.take(told)
    for line in (line for lines in told.values() for line in lines):
        assert [one.score for one in followed.near(line, "Q000")] == [
            one.score for one in fresh.near(line, "Q000")
        ]
    assert (followed.worn, fresh.worn) == (True, False)


async def test_what_one_author_saves_the_next_one_is_told(console: Console) -> None:
    async with console.worker("editor") as editor:
        assert "别的条目重复的问法" not in (await editor.get("/items/Q002")).text
        for line in ("停保怎么办", "停保要多久"):
            await editor.edit("Q001", wordings="\n".join([line, *"一二三四五"]))
            page = (await editor.get("/items/Q002")).text
            assert f'“{line}” 与 <a href="/items/Q001">' in page
            assert page.count('与 <a href="/items/Q001">') == 1
