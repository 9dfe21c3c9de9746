"""What a sentence says of a document it names: replaces, approves, implements, or only cites. Pure.

Only the words of the sentence decide, the nearest verb first; what is not said is cites.
"""

from __future__ import annotations

import re

from index.entities.addresses import WITHIN
from index.entities.mentions import Mention
from index.entities.titles import replaced
from index.schema import Clause, Document
from index.terms import compact

CITES, IMPLEMENTS, APPROVES, REPLACES = "cites", "implements", "approves", "replaces"
RELATIONS = (REPLACES, APPROVES, IMPLEMENTS, CITES)  # the most telling first

_BRACKET = re.compile(r"\([^()]*\)")
_ENDED = r"(?:废止|失效|停止执行|停止施行|停止实施|不再执行|不再施行|不再适用)"
_ENDS_BEHIND = re.compile(
    rf"^(?:[、,和及与]|以及|《》)*,?(?:(?:自|从)[^,;。]{{2,20}}?起|自即日起|同时|即行|即日起|相应|随之|予以|一并|均|自行|也|亦|已|,)*{_ENDED}"
)
_ENDS_BEFORE = re.compile(rf"(?<!不)(?<!未)(?:{_ENDED}|代替|替代|取代)(?:了)?[^,;。:]{{0,60}}$")
_ENDS_LIST = re.compile(rf"(?:下列|以下)[^。;]*{_ENDED}[^。;]{{0,12}}:|{_ENDED}(?:下列|以下)[^。;]*:")
_PART = re.compile(rf"^(?:中|的)?[^,;。]{{0,6}}{WITHIN}")
_APPROVES = re.compile(r"(?<!经)(?<!不)(?:同意|批准)(?![^,;。]*的$)")
_IMPLEMENTS = re.compile(
    r"根据|依据|按照|依照|遵照|贯彻|落实|细化|遵循|(?<!印发)(?<!发布)(?<!批准)(?<!组织)(?:执行|实施)(?!情况|方案|意见|细则|办法)"
)
_BESIDE = re.compile(r"参照|参考|对标|对照|衔接|对接|结合|纳入|符合|违反|加入|融入")
_UNDER = re.compile(r"^为(?:根据|依据|指导|遵循|统领|引领)")
_PRESCRIBES = re.compile(
    r"^(?:,?对[^,;。]{2,60}?作出[^,;。]{0,10}部署|(?:,|明确|进一步|均|都)*(?:提出|要求|部署|明确)|将[^;。]{2,40}?(?:列入|纳入|列为|作为))"
)
_RULE = re.compile(r"^(?:《》|[、,和及与])*[^,;。]{0,24}?(?:规定|标准|程序|要求的条件)")
_MAKES = re.compile(r"(?:制定|编制|制订|提出|印发|出台)(?:了)?(?:本|如下|以下|《》|$)|制定本|编制本")
_TO_COME = re.compile(r"(?:编制|编写|编印|编纂|起草|制定|制订|出台|推出|签署|签订)(?:出台|印发|发布|实施)?(?:了|好)?$")
_PREFIX = re.compile(
    r"^(?:的)?(?:联合|贯彻|落实|推进|重点任务)?(?:实施|贯彻|落实|行动|工作|推进|分工)(?:细则|方案|意见|办法|条例|计划|规定|措施|规则)?"
)


def relation(mention: Mention, clause: Clause, source: Document) -> str:
    """How the document of `clause` stands to the one it names there."""
    before, behind = _around(mention, clause.text)
    if _PART.match(behind) or re.match(r"^(?:作出|予以)?(?:修正|修订|修改)", behind):
        return CITES  # of an article alone nothing is said about the whole; what amended a text is not its basis
    if _replaces(mention, clause, source, before, behind):
        return REPLACES
    near = re.split(r"[,:]", before)[-1]
    approves, implements = _last(_APPROVES, near), _last(_IMPLEMENTS, near)
    if approves > implements and not behind.startswith("的请示"):
        return APPROVES
    if implements > _last(_BESIDE, near):
        rule = clause.kind in ("clause", "annex", "row") and _RULE.match(behind) and not _MAKES.search(behind)
        return CITES if rule and re.search(r"(?:根据|依据|按照|依照)[^,]*$", near) else IMPLEMENTS
    if near.endswith("以") and _UNDER.match(behind):
        return IMPLEMENTS
    if clause.kind in ("notice", "preamble") and _PRESCRIBES.match(behind):
        return IMPLEMENTS
    return CITES


def relation_of_titles(title: str, named: str, kind: str | None) -> str | None:
    """How a document stands to one whose title `named` is part of its own; both in rag.lineage.names.plain form.

    X的批复 approves X; X实施细则 implements X; None where the rest makes another name, as 规划 in 规划纲要.
    """
    at = title.find(named)
    before, behind = title[:at], title[at + len(named) :]
    if re.search(rf"{_ENDED}$", before):
        return REPLACES
    if kind == "批复" and re.match(r"^的批复$", behind):
        return APPROVES
    if _PREFIX.match(behind) or re.search(r"(?:贯彻|落实|实施|执行)$", before):
        return IMPLEMENTS
    return None


def to_come(mention: Mention, clause: Clause) -> bool:
    """Whether the sentence is about writing what it names: there is no such document yet."""
    before, _ = _around(mention, clause.text)
    return clause.kind == "clause" and bool(_TO_COME.search(before))


def sentence(text: str, start: int, stop: int) -> tuple[int, int]:
    """The span of the sentence around text[start:stop], blanks trimmed."""
    begin = max(text.rfind(mark, 0, start) for mark in "。；;！\n") + 1
    ends = [end + 1 for mark in "。；;！\n" if (end := text.find(mark, stop)) >= 0]
    end = min(ends, default=len(text))
    while begin < start and text[begin].isspace():
        begin += 1
    while end > stop and text[end - 1].isspace():
        end -= 1
    return begin, end


def _around(mention: Mention, text: str) -> tuple[str, str]:
    """The sentence before and behind a mention, in NFKC without blanks, other titles as 《》 and brackets out."""
    begin, end = sentence(text, mention.start, mention.after)
    return _bare(text[begin : mention.start]), _bare(text[mention.after : end])


def _bare(text: str) -> str:
    return _BRACKET.sub("", replaced(compact(text), "《》"))


def _replaces(mention: Mention, clause: Clause, source: Document, before: str, behind: str) -> bool:
    if _ENDS_BEHIND.match(behind) or _ENDS_BEFORE.search(before):
        return True
    above = compact(clause.text[: mention.start])
    if _last(_IMPLEMENTS, re.split(r"[,:]", before)[-1]) >= 0:
        return False
    title = source.notice_title or source.title
    decides = re.search(r"(?:废止|失效)", title) and not re.search(r"修改|修订|修正|继续有效|管理|制度", title)
    return bool(_ENDS_LIST.search(above)) or (bool(decides) and clause.kind != "notice")


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last match begins; -1 for none."""
    return max((match.start() for match in pattern.finditer(text)), default=-1)
