"""The rules of the tree: who may import whom, how large things get, that what is named exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from pydantic_settings import BaseSettings

from actions.courier.settings import Settings as CourierSettings
from actions.server import ACTIONS
from actions.settings import Settings as ActionSettings
from channels.settings import Settings as GatewaySettings
from console.settings import Settings as ConsoleSettings
from records.backup.settings import Settings as BackupSettings
from records.privacy.settings import Settings as PrivacySettings

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    *("actions", "bot", "channels", "console", "records", "sandbox", "scripts", "bench", "deploy"),
)
# What a package may import of ours besides itself. Whoever is not named meets over HTTP.
MAY_IMPORT = {
    "actions": {"records"},
    "bot": set(),
    "channels": {"records"},
    "console": {"records"},
    "records": set(),
    "sandbox": set(),
    "scripts": {"records"},
    "bench": {"actions", "console", "records", "scripts"},
    "deploy": set(),
}
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 40
MOST_FILES_OF_A_FOLDER = 12
# Files and folders that a decision record excuses: path → record.
EXCUSED: dict[str, str] = {}
# The labels of placeholders are a contract of the gateway; 市 is how city names end; numbers and
# names are known by the words beside them.
CHINESE_IN_CODE = {"channels/masking.py", "channels/naming.py", "channels/knowledge/regions.py"}
CHINESE_IN_CODE |= {"channels/persons/numbers.py"}
# How citizens number their choices, which is read and never said.
CHINESE_IN_CODE |= {"channels/messengers/rendering.py"}


def sources(*packages: str) -> list[Path]:
    """All Python files of these packages."""
    found = [file for name in packages for file in sorted((ROOT / name).rglob("*.py"))]
    return [file for file in found if "node_modules" not in file.parts]


@cache
def tree(file: Path) -> ast.Module:
    """The file as Python reads it."""
    return ast.parse(file.read_text(encoding="utf-8"))


def name(file: Path) -> str:
    """Its path in the repository."""
    return file.relative_to(ROOT).as_posix()


def imported(file: Path) -> Iterator[str]:
    """The top-level packages that a file imports."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    ours = set(PACKAGES) | {"tests"}
    broken = [
        f"{name(file)} imports {other}"
        for file in sources(package)
        for other in imported(file)
        if other in ours and other not in MAY_IMPORT[package] | {package}
    ]
    assert broken == []


def test_every_file_says_in_its_first_line_what_it_is_for() -> None:
    silent = [name(file) for file in sources(*PACKAGES) if not ast.get_docstring(tree(file))]
    assert silent == []


def test_no_file_is_longer_than_one_can_read() -> None:
    long = {
        name(file): lines
        for file in sources(*PACKAGES)
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > MOST_LINES
        and name(file) not in EXCUSED
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name(file)}: {node.name}"
        for file in sources(*PACKAGES)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= MOST_LINES_OF_A_FUNCTION
        and "versions" not in file.parts  # a migration is a list of columns
    ]
    assert long == []


def test_no_folder_holds_more_files_than_one_can_see() -> None:
    folders = {file.parent for file in sources(*PACKAGES)}
    full = {
        name(folder): many
        for folder in folders
        if (many := len([f for f in folder.glob("*.py") if f.name != "__init__.py"]))
        > MOST_FILES_OF_A_FOLDER
        and name(folder) not in EXCUSED
        and folder.name != "versions"  # a migration that ran somewhere is never taken away
    }
    assert full == {}


def test_every_excuse_has_its_decision_record() -> None:
    records = {file.name[:4] for file in (ROOT / "docs/decisions").glob("*.md")}
    assert set(EXCUSED.values()) <= records
    assert all((ROOT / excused).exists() for excused in EXCUSED)


def test_chinese_for_citizens_never_stands_in_logic() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    found = [
        f"{name(file)}: {node.value[:20]}"
        for file in sources("actions", "channels", "records")
        if name(file) not in CHINESE_IN_CODE
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and chinese.search(node.value)
        and not _is_docstring(file, node)
    ]
    assert found == []


def test_every_action_of_the_domain_exists_and_every_other_is_in_the_domain() -> None:
    named: set[str] = set()
    for file in (ROOT / "domain.yml", *(ROOT / "data/domain").glob("*.yml")):
        named |= set(yaml.safe_load(file.read_text(encoding="utf-8")).get("actions") or ())
    assert named == {action.action for action in ACTIONS}


def test_every_response_that_is_used_is_written_and_every_other_is_used() -> None:
    written: set[str] = set()
    for file in (ROOT / "domain.yml", *(ROOT / "data/domain").glob("*.yml")):
        written |= set(yaml.safe_load(file.read_text(encoding="utf-8")).get("responses") or {})
    rules = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "data").rglob("*.yml"))
    code = "".join(file.read_text(encoding="utf-8") for file in sources("actions"))
    used = set(re.findall(r'"(utter_\w+)"', code)) | set(
        re.findall(r"- action: (utter_\w+)", rules)
    )
    assert used <= written
    assert written - used == set()


@pytest.mark.parametrize(
    "settings",
    [
        *(GatewaySettings, ActionSettings, ConsoleSettings, CourierSettings, PrivacySettings),
        BackupSettings,
    ],
)
def test_every_setting_is_explained(settings: type[BaseSettings]) -> None:
    explained = set(re.findall(r"\b[A-Z][A-Z_]+\b", settings.__doc__ or ""))
    operations = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    names = {field.upper() for field in settings.model_fields}
    assert names <= explained
    assert {one for one in names if f"`{one}`" not in operations} == set()


@pytest.mark.parametrize("file", ["bot/server.py", "bot/train.py", "bot/understand.py"])
def test_the_stand_in_for_tensorflow_comes_before_rasa(file: str) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    stand_in = next(n for n, line in enumerate(lines) if "without_tensorflow" in line)
    rasa = next(n for n, line in enumerate(lines) if re.match(r"\s+(from|import) rasa\b", line))
    assert stand_in < rasa


def _is_docstring(file: Path, node: ast.Constant) -> bool:
    return any(
        isinstance(owner, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and owner.body
        and isinstance(owner.body[0], ast.Expr)
        and owner.body[0].value is node
        for owner in ast.walk(tree(file))
    )
