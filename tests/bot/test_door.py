"""The console's way to the indexer, over HTTP: candidates are judged, and nothing is activated."""

from __future__ import annotations

import json
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.publishing import answer_index, workshop
from bot.publishing.door import Desk, door
from bot.publishing.gate import Gate, Verdict
from bot.publishing.pilot import PilotIndex, running
from bot.publishing.watching import Watcher
from bot.publishing.workshop import Workshop
from tests.bot.conftest import WORDINGS, write_wordings

KEY, TOKEN = b"a key of the tests", "a token of the tests"
NEW = "小方片片叫狗叼跑了"
BREAKS = {"faq/Q122": [*WORDINGS["faq/Q122"], *WORDINGS["faq/Q163"]], "faq/Q163": ["坐月子"]}
Told = dict[str, list[str]]


@dataclass
class Open:
    """An open door, the live folder behind it, and how candidates get there."""

    url: str
    live: Path
    watcher: Watcher

    def ask(self, path: str, told: Any = None, token: str = TOKEN) -> Any:
        """The lines of the answer."""
        data = None if told is None else json.dumps(told).encode()
        request = urllib.request.Request(  # noqa: S310 - an address of ours
            self.url + path, data, {"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return [json.loads(line) for line in answer.read().splitlines()]

    def candidate(self, told: Told, **more: Any) -> list[dict[str, Any]]:
        """What the door says of a candidate with these wordings."""
        write(self.live / "candidates/7", told)
        found: list[dict[str, Any]] = self.ask("/check", {"candidate": "7", **more})
        return found

    def publish(self, told: Told, kind: str = "publish", number: int = 2) -> None:
        """Put wordings into the live folder, as the console does, and have them noticed."""
        write(self.live / "current", told)
        about = json.dumps({"number": number, "kind": kind})
        (self.live / "current/publication.json").write_text(about)
        self.watcher.settle()

    @property
    def version(self) -> str:
        """What engines use."""
        return answer_index.current(self.watcher.shop.folder)


def write(place: Path, told: Told) -> None:
    """A data folder with these wordings and no others."""
    shutil.rmtree(place, ignore_errors=True)
    write_wordings(place, told)


@pytest.fixture
def opened(shop_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """The door with the small model."""
    # A model of two dozen wordings cannot tell many sentences from its own subject.
    monkeypatch.setattr(workshop, "ASKED_BESIDE", 3)
    live = shop_folder / "live"
    write(live / "current", WORDINGS)
    said: Callable[[str], None] = lambda line: None  # noqa: E731 - nobody listens
    shop = Workshop(shop_folder / "answers", KEY, live / "current", shop_folder / "model.tar.gz")
    watcher = Watcher(shop, said)
    server = door(Desk(shop, watcher, live / "candidates", TOKEN), 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Open(f"http://127.0.0.1:{server.server_address[1]}", live, watcher)
    server.shutdown()
    server.server_close()


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that the gate went through everything."""
    times: list[str] = []
    judge = Gate.judge

    def counting(gate: Gate, *given: Any) -> Verdict:
        found = judge(gate, *given)
        times.append("judged")
        return found

    monkeypatch.setattr(Gate, "judge", counting)
    return times


def with_new() -> Told:
    """The wordings with one more."""
    return WORDINGS | {"faq/Q196": [*WORDINGS["faq/Q196"], NEW]}


def test_a_candidate_is_judged_step_by_step_and_nothing_is_activated(opened: Open) -> None:
    lines = opened.candidate(with_new())
    assert [line["step"] for line in lines][0] == "built"
    assert {line["step"] for line in lines} >= {"questions", "wordings"}
    verdict = lines[-1]
    assert (verdict["step"], verdict["reasons"], verdict["added"]) == ("verdict", [], 1)
    assert verdict["version"]
    assert opened.version == ""


def test_what_was_judged_is_live_without_being_built_again(opened: Open) -> None:
    version = opened.candidate(with_new())[-1]["version"]
    opened.publish(with_new())
    assert opened.version == version
    assert opened.ask("/state") == [{"publication": 2, "version": version, "pilot": 0}]
    said = opened.ask("/say", {"texts": [NEW, "小方片片好像叫狗叼跑了", "红烧肉怎么烧"]})[0]["said"]
    assert [one["known"] for one in said] == [True, False, False]
    assert said[0]["answers"][0][0] == "Q196"
    assert said[2]["decision"] != "answer"


def test_a_candidate_that_breaks_a_question_is_refused_and_names_it(opened: Open) -> None:
    verdict = opened.candidate(WORDINGS | BREAKS)[-1]
    assert "questions" in verdict["reasons"]
    assert {"question": "产假有多少天", "expected": "Q163", "found": "Q122"} in verdict["broken"]
    assert verdict["version"] == ""
    assert [one.name for one in opened.watcher.shop.folder.iterdir()] == []


def test_a_wording_of_two_items_is_a_collision(opened: Open) -> None:
    told = WORDINGS | {"faq/Q125": [*WORDINGS["faq/Q125"], "产假多少天？"]}
    verdict = opened.candidate(told)[-1]
    assert "collisions" in verdict["reasons"]
    assert (verdict["collisions"][0]["item"], verdict["collisions"][0]["other"]) == ("Q125", "Q163")


def test_a_rollback_is_understood_whatever_the_gate_says(opened: Open) -> None:
    opened.publish(WORDINGS | BREAKS)
    assert opened.version == ""
    opened.publish(with_new())
    used = opened.version
    opened.publish(WORDINGS | BREAKS, "rollback", 4)
    assert opened.version not in ("", used)
    assert opened.watcher.number == 4


def test_a_pilot_is_for_its_sites_alone_and_ends_with_its_folder(opened: Open) -> None:
    shop = opened.watcher.shop
    version = opened.candidate(with_new())[-1]["version"]
    write(opened.live / "pilot", with_new())
    told = json.dumps({"number": 7, "kind": "pilot", "sites": ["north"]})
    (opened.live / "pilot/publication.json").write_text(told)
    opened.watcher.settle_pilot()
    assert opened.ask("/state")[0]["pilot"] == 7
    index = PilotIndex(shop.folder, KEY)
    piloted = index.model("north", shop.own())
    assert piloted is not None
    assert NEW in piloted.by_heart
    assert index.model("south", shop.own()) is None
    assert (index.version("north"), index.version("south")) == (version, "")
    assert (opened.version, version) == ("", running(shop.folder).version)
    shutil.rmtree(opened.live / "pilot")
    opened.watcher.settle_pilot()
    assert PilotIndex(shop.folder, KEY).model("north", shop.own()) is None


def test_a_pilot_that_nobody_judged_is_left_aside(opened: Open) -> None:
    write(opened.live / "pilot", with_new())
    told = json.dumps({"number": 7, "kind": "pilot", "sites": ["north"]})
    (opened.live / "pilot/publication.json").write_text(told)
    opened.watcher.settle_pilot()
    assert running(opened.watcher.shop.folder) is None


def test_what_was_prepared_is_not_judged_again_and_is_no_version_before_it_is_asked_for(
    opened: Open, judged: list[str]
) -> None:
    write(opened.live / "candidates/ahead", with_new())
    assert opened.ask("/prepare", {"candidate": "ahead"}) == [{"prepared": True}]
    assert opened.ask("/versions")[0]["versions"] == []
    (made,) = [one.name for one in opened.watcher.shop.folder.iterdir()]
    with pytest.raises(urllib.error.HTTPError):
        opened.ask("/activate", {"version": made})
    verdict = opened.candidate(with_new())[-1]
    assert (verdict["version"], verdict["reasons"], verdict["added"]) == (made, [], 1)
    opened.publish(with_new())
    assert (opened.version, len(judged)) == (made, 1)


def test_other_content_than_what_was_prepared_is_judged_anew(
    opened: Open, judged: list[str]
) -> None:
    write(opened.live / "candidates/ahead", with_new())
    opened.ask("/prepare", {"candidate": "ahead"})
    opened.publish(WORDINGS | {"faq/Q163": [*WORDINGS["faq/Q163"], "生娃能歇几天呀"]})
    assert len(judged) == 2
    # Nor does it hold beside another version in use.
    assert opened.candidate(with_new())[-1]["reasons"] == []
    assert len(judged) == 3


def test_what_is_prepared_and_worse_is_refused_when_it_is_asked_for(
    opened: Open, judged: list[str]
) -> None:
    write(opened.live / "candidates/ahead", WORDINGS | BREAKS)
    opened.ask("/prepare", {"candidate": "ahead"})
    verdict = opened.candidate(WORDINGS | BREAKS)[-1]
    assert (verdict["version"], len(judged)) == ("", 1)
    assert [one["question"] for one in verdict["broken"]] == ["产假有多少天"]
    opened.publish(WORDINGS | BREAKS, kind="rollback")  # the way back asks no gate
    assert opened.version != ""


def test_what_nobody_waits_for_gives_way(opened: Open, judged: list[str]) -> None:
    shop = opened.watcher.shop
    write(opened.live / "candidates/ahead", with_new())
    shop._wanted.append("another change")
    assert opened.ask("/prepare", {"candidate": "ahead"}) == [{"prepared": False}]
    assert (judged, list(shop.folder.iterdir())) == ([], [])


def test_a_look_does_not_wait_for_its_time(opened: Open) -> None:
    opened.ask("/look", {})
    assert opened.watcher.wake.is_set()


def test_a_shadow_run_names_the_questions_that_change_by_number_alone(opened: Open) -> None:
    asked = [{"id": 5, "text": NEW}, {"id": 6, "text": "产假多少天"}]
    verdict = opened.candidate(with_new(), questions=asked)[-1]
    assert [one["id"] for one in verdict["shadow"]] == [5]
    assert verdict["shadow"][0]["after"] == {"decision": "answer", "item": "Q196"}
    assert NEW not in json.dumps(verdict["shadow"], ensure_ascii=False)


@pytest.mark.parametrize(
    ("path", "told", "token", "status"),
    [
        ("/state", None, "guess", 401),
        ("/check", {"candidate": "7"}, "", 401),
        ("/publish", {}, TOKEN, 404),
        ("/activate", {}, TOKEN, 400),
        ("/activate", {"version": "1"}, "guess", 401),
        ("/say", [1], TOKEN, 400),
    ],
)
def test_strangers_and_nonsense_are_refused(
    opened: Open, path: str, told: Any, token: str, status: int
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        opened.ask(path, told, token)
    assert refused.value.code == status


def test_a_folder_elsewhere_is_not_read(opened: Open) -> None:
    assert opened.ask("/check", {"candidate": "../current"}) == [{"step": "failed"}]


def test_versions_are_listed_compared_and_put_in_use(opened: Open) -> None:
    first = opened.candidate(with_new())[-1]["version"]
    opened.publish(with_new())
    changed = with_new() | {"faq/Q163": [*WORDINGS["faq/Q163"], "生娃能歇几天呀"]}
    second = opened.candidate(changed)[-1]["version"]
    opened.publish(changed, number=3)
    listed = opened.ask("/versions")[0]
    assert (listed["current"], listed["previous"]) == (second, first)
    assert [one["version"] for one in listed["versions"]] == [second, first]
    assert all(one["fits"] for one in listed["versions"])
    compared = opened.ask("/compare", {"version": first})[0]
    assert (compared["more"], compared["less"]) == (0, 1)
    assert compared["gone"] == [["Q163", "生娃能歇几天呀"]]
    assert opened.ask("/activate", {"version": first})[0]["activated"]
    assert opened.version == first


@pytest.mark.parametrize("version", ["none", "../x", ""])
def test_a_version_that_is_not_there_is_not_put_in_use(opened: Open, version: str) -> None:
    with pytest.raises(urllib.error.HTTPError):
        opened.ask("/activate", {"version": version})
    assert opened.version == ""


def test_a_version_that_somebody_else_signed_is_not_even_listed(opened: Open) -> None:
    version = opened.candidate(with_new())[-1]["version"]
    (opened.watcher.shop.folder / version / answer_index.SIGNATURE_FILE).write_text("0" * 64)
    assert opened.ask("/versions")[0]["versions"] == []
    with pytest.raises(urllib.error.HTTPError):
        opened.ask("/activate", {"version": version})


def test_a_version_that_breaks_a_frozen_question_is_not_put_in_use(opened: Open) -> None:
    opened.publish(WORDINGS | BREAKS, kind="rollback")  # the way back asks no gate
    broken = opened.version
    opened.publish(with_new(), number=3)
    more = with_new() | {"faq/Q163": [*WORDINGS["faq/Q163"], "生娃能歇几天呀"]}
    opened.publish(more, number=4)
    used = opened.version
    told = opened.ask("/activate", {"version": broken})[0]
    assert (told["activated"], "questions" in told["reasons"]) == (False, True)
    assert opened.version == used != broken
