"""Titles: where a text names them, what kind of document they are of, and the form they are compared in. Pure.

Only the outermost title is one: 《关于印发〈甲〉的通知》 names one notice, and what it issues is read from its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.entities.organs import BEFORE_A_TITLE
from index.entities.traditional import folded
from index.terms import compact

# fmt: off
KINDS = (
    "规划纲要", "总体规划", "总体方案", "行动方案", "推进方案", "实施方案", "工作方案", "建设方案", "实施细则", "行动计划",
    "工作计划", "实施意见", "指导意见", "若干意见", "政策措施", "若干措施", "管理办法", "暂行办法", "实施办法", "清单",
    "要点", "批复", "规划", "纲要", "方案", "计划", "细则", "意见", "措施", "办法", "条例", "规定", "规则", "准则", "标准",
    "应急预案", "预案", "纪要", "规范", "导则", "规程", "制度", "请示", "决定", "决议", "公告", "通告", "通报", "通知",
    "报告", "指南", "指引", "章程", "法典", "法", "函",
)
# fmt: on
_PAIRS = {"《": "》", "〈": "〉", "<": ">", "＜": "＞"}
_LONGEST = 160  # characters of a title, line breaks counted; what is longer lacks its closing mark
_MARKS = re.compile(r"[《》〈〉<>“”„‟\"'‘’「」『』]")
_DASHES = re.compile(r"[—–―\-－─~～]+")
_ISSUING = re.compile(
    r"^(?:关于)?(?:联合)?(?:印发|发布|公布|颁布|下发|转发)(?:关于)?(.+?)(?:的(?:通知|公告|通告|函|令))?$"
)
EDITION = re.compile(r"\((?:[^()]*?(?:试行|暂行|修订|修正|送审|征求意见|审议|草案|\d{4})[^()]*)\)$")
_NATION = "中华人民共和国"


def outermost(text: str) -> Iterator[tuple[int, int]]:
    """(start, stop) of every outermost title, marks included; an opening mark that nothing closes is skipped."""
    place = 0
    while (start := text.find("《", place)) >= 0:
        while text.startswith("《", start + 1):
            start += 1  # typed twice
        stop = _closing(text, start)
        if stop is not None:
            yield start, stop
        place = stop or start + 1


def titles(text: str) -> list[str]:
    """The titles a text names, in order, without their marks."""
    return [text[start + 1 : stop - 1] for start, stop in outermost(text)]


def replaced(text: str, instead: str) -> str:
    """The text with `instead` in the place of each title and its marks."""
    for start, stop in reversed(list(outermost(text))):
        text = text[:start] + instead + text[stop:]
    return text


def kind(title: str) -> str | None:
    """What kind of document a title is of: one of KINDS, what stands in brackets behind it aside."""
    bare = re.sub(r"[（(][^（()）]*[)）]$", "", title)
    bare = re.sub(r"等\s*\d+\s*个清单$", "", bare)
    return next((own for own in KINDS if folded(bare).endswith(own)), None)


def plain(name: str) -> str:
    """The form in which titles are compared: NFKC, no white space, no quotation or title marks, one kind of dash."""
    return _DASHES.sub("-", _MARKS.sub("", compact(name)))


def core(name: str) -> str:
    """What a title says apart from who issued it and how: issuers, 关于印发…的通知, edition, 中华人民共和国 and 的
    out."""
    text = plain(name)
    text = BEFORE_A_TITLE.sub("", text)
    if match := _ISSUING.match(text):
        text = match[1]
    text = BEFORE_A_TITLE.sub("", text).removeprefix("关于")
    text = EDITION.sub("", text) or text
    return text.removeprefix(_NATION).replace("的", "")


def _closing(text: str, start: int) -> int | None:
    """Behind the mark that closes the title at `start`; a title within may use 《》 itself."""
    open_marks: list[str] = []
    for place in range(start, min(len(text), start + _LONGEST)):
        character = text[place]
        if character in _PAIRS:
            open_marks.append(_PAIRS[character])
        elif open_marks and character == open_marks[-1]:
            open_marks.pop()
            if not open_marks:
                return place + 1
        elif character in "。；":
            return None
    return None
