"""The addressed passages of a document's clauses, taken out of what is searched, read and cited. Pure.

A marked passage is blanked in `Clause.text`, character for character, and kept with its words and the reason in
`Clause.marks`: everything that reasons over clauses sees them as they would be without it, and whoever shows a clause
shows `Clause.printed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from index.addressed import head, orders
from index.addressed.orders import plain
from index.schema import Clause, Mark
from index.sentences import split_sentences

MACHINE, READER, ANSWERER = "写给程序的话", "写给读者的话", "指使作答的话"
EDITOR, DIALOGUE, MARKUP = "编者按语", "文中插入的问答", "仿造的标记"
_THRESHOLD = (
    1.0  # log-odds: of 128 look-alikes and 232 sentences about answering one each are above, of 7,489 of policy three
)
_THRESHOLD_ANSWERING = 3.0  # in documents about answering, where people and machines are told how to
_ANSWERING = re.compile(
    "热线|问答|解答|答疑|客服|话务|窗口|服务(?:规范|指南)|指南|须知|手册|解读|一封信|人工智能|大模型|算法|智能(?:体|客服)"
)
_ASKING = re.compile("问答|百问|解读|解答|答疑|释义|指南|须知|手册|常见问题|答记者问|知识")
_DIALOGUE = 0.3  # share of a document's characters in questions and answers from which on it is one of them

_QUESTION = r"(?:^|(?<=[。！!？?；;\n（(【「“]))[ \t\u3000]*(?:[一二三四五六七八九十\d]*[、.．]?(?:问|提问|群众问|有人问|用户|提问者|甲|q|Q)|问题[一二三四五六七八九十\d]*)[ \t]*[：:]"
_ANSWER = r"(?:答|回答|答复|解答|助手|乙|a|A|[^。\n]{0,8}(?:回答|答复)[是为]?)[ \t]*[：:]"
_REPLY = re.compile(_ANSWER)
_PAIR = re.compile(rf"{_QUESTION}[^\n]{{2,160}}\n?[^\n]{{0,40}}?{_ANSWER}[^\n]*", re.MULTILINE)
_EDITOR = re.compile(
    r"^[（(【〔\[]?(?:本[刊报站书])?(?:编者|编辑部?|编辑室|编后|责任?编辑?|校[者对勘注]|审校|译者|辑者|汇编者|整理者|录[入排]员?|誊录|排[版印]|转载者|抄录者|小编|批注|旁注|眉批|勘误|更正启事)[^，。]{0,4}?(?:[：:]|[，,](?=[^，。]*(?:应|实)[为作是写]))"
)
_MARKUP = re.compile(r"[<>|{}\[\]#`]|<!--|^(?:system|assistant|user|系统|管理员)[:：]")
_TO_MACHINE = re.compile(
    r"程序|软件|系统|机器|人工智能|\bai\b|模型|助手|助理|算法|平台|工具|数据库|引擎|智能|model|assistant|bot"
)
_TO_READER = re.compile(r"读者|阅读|看官|看到|读到|诸位|各位|大家|同志|朋友|reader|您")
_CUT = re.compile(r"(?:[，,]|&#?\w+;)$")
LABEL = re.compile(
    r"(?:第[一二三四五六七八九十百零〇\d]+[章节条款](?:之[一二三四五六七八九十]+)?|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、])[ \t\u3000]*"
)
_BRACKET = re.compile(r"（[^（）\n]{5,}）|\([^()\n]{5,}\)|【[^【】\n]{5,}】|〔[^〔〕\n]{5,}〕|\[[^\[\]\n]{5,}\]")
_FOREIGN_END = re.compile(
    r"(?<=[A-Za-z一-鿿\d])[.!?][\"”']?(?=\s*[一-鿿])|-->|<\|im_end\|>(?!\s*<)|[/\]][A-Za-z]{2,12}[>\]]|\}(?=\s*[一-鿿])"
)
_PART = 6  # characters from which on a cell that stands within a passage is part of it, not a figure that both name
_CLOSED = {"（": "）", "(": ")", "【": "】", "〔": "〕", "[": "]"}


def marked(title: str, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """The clauses of the document of this title, with their addressed passages out of their text."""
    answering = bool(_ANSWERING.search(title))
    dialogue = bool(_ASKING.search(title)) or _is_dialogue(clauses)
    return tuple(
        _without(clause, found) if (found := passages(clause.text, answering=answering, dialogue=dialogue)) else clause
        for clause in clauses
    )


def passages(text: str, *, answering: bool = False, dialogue: bool = False) -> list[tuple[int, int, str]]:
    """(start, stop, reason) of the addressed passages of a text, in order and apart; `answering`: of a document about
    answering, `dialogue`: of one that is itself questions and answers."""
    found: list[tuple[int, int, str]] = []
    threshold = _THRESHOLD_ANSWERING if answering or dialogue else _THRESHOLD
    for start, stop in _units(text):
        rest = text[start:stop]
        for bracket in _BRACKET.finditer(rest):  # what stands in one is told apart from what it is put into
            if bracket.span() != (0, len(rest)) and _addressed(bracket[0], threshold):
                found.append((start + bracket.start(), start + bracket.end(), _reason(bracket[0])))
                rest = rest[: bracket.start()] + " " * len(bracket[0]) + rest[bracket.end() :]
        if rest.strip() and _addressed(rest.strip(), threshold):
            found.append((start, _end(text, start, stop), _reason(rest.strip())))
    if not dialogue:
        found += [(*_trimmed(text, *pair.span()), DIALOGUE) for pair in _PAIR.finditer(text)]
    return _apart(found)


@lru_cache(maxsize=8192)
def heading(text: str) -> str:
    """A title or a heading without what is addressed in it: what stands in an address is never more than shown."""
    for start, stop, _ in reversed(passages(text)):
        text = text[:start] + text[stop:]
    return text.strip()


def _addressed(said: str, threshold: float) -> bool:
    lower = plain(said)
    if not orders.speaks(lower):
        return False
    return bool(_EDITOR.match(said)) or orders.of_plain(lower) or head.of_plain(lower) > threshold


def _is_dialogue(clauses: Sequence[Clause]) -> bool:
    """Whether a document is questions and answers throughout; a few put into it do not make it one."""
    whole = sum(len(clause.text) for clause in clauses)
    own = sum(len(pair[0]) for clause in clauses for pair in _PAIR.finditer(clause.text))
    return own > _DIALOGUE * whole and sum(1 for c in clauses for _ in _PAIR.finditer(c.text)) > 2


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Sentences, put together again where one was cut for its length, and a question with its answer. Nothing else is
    drawn in from beside an addressed sentence: what is put before a true one must not take it along."""
    whole: list[tuple[int, int]] = []
    for start, stop in _pieces(text):
        same_line = bool(whole) and "\n" not in text[whole[-1][1] : start]
        answered = same_line and text[whole[-1][1] - 1] in "？?" and _REPLY.match(text, start)
        if answered or (same_line and _CUT.search(text, *whole[-1])):
            whole[-1] = (whole[-1][0], stop)
        else:
            whole.append((start, stop))
    return iter(whole)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Sentences without the number they begin with, cut behind English ones and markup, where ours do not end."""
    for start, stop in split_sentences(text):
        if (label := LABEL.match(text, start, stop)) is not None and label.end() < stop:
            start = label.end()
        for cut in _FOREIGN_END.finditer(text, start, stop):
            if start < cut.end() < stop:
                yield start, cut.end()
                start = cut.end()
        yield start, stop


def _end(text: str, start: int, stop: int) -> int:
    """Where a passage ends: an editor's note in a bracket at its end, one that is a paragraph at the end of its line, all
    else with its sentence."""
    if not _EDITOR.match(text[start:stop]):
        return stop
    line = text.find("\n", start)
    line = len(text) if line < 0 else line
    close = _CLOSED.get(text[start])
    if close and (bracket := text.find(close, start, line)) >= 0:
        return bracket + 1
    return line if text[text.rfind("\n", 0, start) + 1 : start].strip() == "" else stop


def _reason(said: str) -> str:
    text = plain(said)
    for sign, why in ((_EDITOR, EDITOR), (_MARKUP, MARKUP), (_TO_MACHINE, MACHINE), (_TO_READER, READER)):
        if sign.search(said if sign is _EDITOR else text):
            return why
    return ANSWERER


def _trimmed(text: str, start: int, stop: int) -> tuple[int, int]:
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    return start, stop


def _apart(found: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Passages in order, those that overlap as one, with the reason of the first."""
    merged: list[tuple[int, int, str]] = []
    for start, stop, why in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]), merged[-1][2])
        else:
            merged.append((start, stop, why))
    return merged


def _without(clause: Clause, found: Sequence[tuple[int, int, str]]) -> Clause:
    """The clause with these passages blanked; units and cells that stand in them are nobody's."""
    text = clause.text
    marks = tuple(Mark(start, stop, why, text[start:stop]) for start, stop, why in found)
    for mark in marks:
        text = text[: mark.start] + " " * (mark.stop - mark.start) + text[mark.stop :]
    duties = tuple(
        kept
        for duty in clause.duties
        if (kept := replace(duty, units=tuple(unit for unit in duty.units if not passages(unit)))).units
    )
    grid = clause.grid
    if grid is not None:
        cells = tuple(_cell(cell, marks) for cell in grid.cells)
        grid = replace(grid, cells=cells) if text.strip() else None
    return replace(clause, text=text, marks=marks, duties=duties, grid=grid)


def _cell(cell: str, marks: Sequence[Mark]) -> str:
    """A cell without what is marked in its row; cells have their line breaks taken out."""
    for mark in marks:
        for words in (mark.words, "".join(mark.words.split())):
            if words in cell:
                cell = cell.replace(words, "").strip()
                break
            if len(cell) >= _PART and cell in words:
                return ""
    return cell
