"""What the documents name is there: files, tests, links, make targets."""

import re
from fnmatch import fnmatch

import pytest
from conftest import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "eval" / "README.md"])
TOPS = "index|rag|models|page|eval|prompts|tests|docs|corpus"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_and_link_named_is_there(page):
    text = page.read_text(encoding="utf-8")
    named = {name.rstrip("/") for name in re.findall(rf"`((?:{TOPS})/[\w./-]*)`", text)}
    assert {name for name in named if not (ROOT / name).exists()} == set()
    links = {link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link}
    assert {link for link in links if link and not (page.parent / link).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_named_is_there(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)\b", page.read_text(encoding="utf-8"), re.M)) <= targets


def test_every_test_file_stands_beside_its_room():
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\*?)`", text)
    files = {path.stem for path in (ROOT / "tests").glob("test_*.py")} - {"test_docs"}
    assert {own for own in files if not any(fnmatch(own, name) for name in named)} == set()
    assert {name for name in named if not any(fnmatch(own, name) for own in files)} == set()


def test_both_readmes_show_the_same_commands():
    def commands(name):
        blocks = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.S)
        return [re.split(r"\s{2,}|\s#", line)[0].split(" [")[0] for block in blocks for line in block.splitlines()]

    english, chinese = commands("README.md"), commands("README.zh.md")
    assert [line.split()[:3] for line in english] == [line.split()[:3] for line in chinese]
