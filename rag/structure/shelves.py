"""Questions whose answer is documents: which, how many, the newest; and a document that a bare 文号 or title names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from index.entities.dates import CENTURY
from index.entities.regions import at_start
from index.entities.titles import KINDS
from index.schema import Clause, Document
from index.sentences import split_sentences
from index.terms import compact
from rag.query.question import Query
from rag.status import LABEL
from rag.structure.found import Found, claim, opening
from rag.structure.words import common, left_over

if TYPE_CHECKING:
    from rag.context import Context

_KIND = "|".join(sorted((kind for kind in KINDS if len(kind) > 1), key=len, reverse=True))
_FILE = r"(?:政策文件|规范性文件|文件|公文|法规|规章)"
_NAMES = (
    r"(?:规划|方案|条例|通知|批复|意见|细则|行动计划|公告|通告|纲要|办法)"  # kinds whose names are not everyday words
)
_NOUN = rf"(?:{_FILE}|{_KIND})"
_WHICH = re.compile(
    rf"(?:哪(?:些|几[个份部项]?|个|份|部)|什么|有啥){_FILE}|{_FILE}(?:都)?(?:有|是)哪(?:些|几[个份]|一?[份个])|(?:列出|列举|找出).{{0,20}}{_FILE}|{_FILE}(?:请)?列|"
    rf"(?:哪(?:些|几[个份部]|份|部)){_NAMES}|{_NAMES}(?:都)?(?:有|是)哪(?:些|几[个份部])(?:[？?。]|$)"
)
_MANY = re.compile(
    rf"(?:多少|几)(?:份|部|个)(?:政策)?(?:{_FILE}|{_NAMES})|{_FILE}(?:一共|总共|共)?有?(?:多少|几)(?:[份个]|部(?![分门]))"
)
_EDGE = re.compile(r"(最新|最近|最后|最晚|最早|最先|第一[份个])(?:的)?(?:一[份个部]|印发|发布|出台)?")
_MENTIONS = re.compile(
    r"(?:提到|提及|涉及|说到|讲到|写到|写了|关于|有关|包含|规定|支持|针对)(?:了|过)?([^，。？?]{2,20}?)(?:的(?:政策)?(?:文件|政策|规定|内容)?|方面的.*|问题)?(?:有哪些|有什么|是哪些|列出.*|都有.*|一共.*|有(?:多少|几).*)?[？?。]*(?:请.*)?$"
)
_AHEAD = re.compile(rf"(?:哪(?:些|几[个份部]?|个|份|部)|什么){_NOUN}")
_SAYS = re.compile(
    rf"(?:是|在|由|出自|来自|见于)?(?:哪|什么|啥)(?:一)?(?:个|份|部)?(?:{_FILE}|{_NAMES})(?:里|中|上)?(?:提出|规定|要求|明确|写|说|讲|提到|部署)?的?|(?:出自|来自|见于)哪(?:里|儿)?"
)
_SINCE = re.compile(rf"({CENTURY})年?(?:(\d{{1,2}})月)?(以来|以后|之后|后|起)")
_UNTIL = re.compile(rf"({CENTURY})年?(以前|之前|前)")
_RANGE = re.compile(rf"({CENTURY})年?(?:至|到|—|－|-|~)({CENTURY})年?")
_IN = re.compile(rf"({CENTURY})年(?:(\d{{1,2}})月)?")
_RECENT = re.compile(r"近([一二两三四五六七八九十\d]+)年|(今年)|(去年)")
_STATUS = {"expired": re.compile(r"失效|过期|废止|到期|作废"), "in_force": re.compile(r"有效|现行|在期内|管用")}
_ISSUE = re.compile(r"印发|发布|出台|下发|公布|发文|发的|制定|发了")
_LONGEST, _LISTED = 90, 40
_QUOTED = 4  # characters that a sentence must have of a question of one word to be what it quotes
_PLAIN = re.compile(
    rf"{_NOUN}|印发|发布|出台|下发|公布|制定|发文|发了|发的|收录|收集|入库|库里|库中|请|全部|列出|哪些|哪几|哪个|哪份|多少|几份|几个|份|部|最新|最近|最后|最早|最晚|第一|一份|一个|"
    r"文号|日期|时间|分别|是什么|什么|何时|时候|名称|标题|现行|有效|失效|废止|过期|还|仍|已经|已|以来|以后|之后|以前|之前|今年|去年|近[一二两三四五六七八九十\d]+年|提到|提及|涉及|关于|有关|方面"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A document, why it is listed, and where that is printed."""

    document: Document
    why: str = ""
    span: tuple[Clause, int, int] | None = None


def answer(context: Context, query: Query, near: Sequence[int], documents: Sequence[Document]) -> Found | None:
    """The documents asked for among `documents`; None where the question's words are not all accounted for."""
    question = compact(query.text)
    if _SAYS.search(question) and not _several(question) and not _EDGE.search(question):
        return _saying(context, question, near, documents)
    limits, told = _limits(context, question, documents)
    if limits is None:
        return None
    chosen = [Chosen(document) for document in documents if all(keeps(document) for keeps in limits)]
    topic = _topic(question)
    if topic:
        chosen = [own for each in chosen if (own := _mentioning(context, each.document, topic)) is not None]
        told.append(topic)
    if left_over(_PLAIN.sub(" ", question), told):
        return None
    return _listed(context, question, chosen, [d for d in documents if d.issued_on is None], bool(topic))


def wanted(question: str) -> bool:
    """Whether a compact question asks for documents."""
    return bool(
        _WHICH.search(question)
        or _MANY.search(question)
        or (_SAYS.search(question) and not _several(question))
        or (_EDGE.search(question) and re.search(_NOUN, question) and _ISSUE.search(question))
    )


def card(context: Context, document: Document) -> Found:
    """What is known of a document: where only its 文号 or title is given."""
    text = _line(context, Chosen(document))
    return Found((claim(text, "metadata", _spans(context, Chosen(document))),))


def _several(question: str) -> bool:
    return bool(re.search(r"哪(?:些|几)|有(?:哪些|什么)|列出|全部|多少份|几份", question))


def _topic(question: str) -> str:
    bare = re.sub(r"(?:请)?(?:全部|一一|逐一)?列(?:出|举)(?:来|全部)?[。.]?$", "", question).rstrip("？?。，,")
    if match := _MENTIONS.search(bare):
        topic = _AHEAD.sub("", match[1])
        topic = re.sub(rf"^(?:{_NOUN})|(?:的)?(?:{_NOUN})?(?:都)?(?:有|是)?$", "", topic).strip('的了“”"')
        return topic if len(topic) >= 2 and not _IN.match(topic) else ""
    return ""


def _stands(context: Context, value: str, document: Document) -> bool:
    return context.status(document).value == value


def _limits(
    context: Context, question: str, documents: Sequence[Document]
) -> tuple[list[Callable[[Document], bool]] | None, list[str]]:
    """(tests a document must pass, words they account for); no tests at all where one cannot be made."""
    limits: list[Callable[[Document], bool]] = []
    told: list[str] = []
    span = _span(question, context.as_of)
    if span is not None:
        begin, end, words = span
        limits.append(lambda d: d.issued_on is not None and begin <= d.issued_on < end)
        told.append(words)
    issuers = {compact(i) for d in documents for i in d.issuers}
    whole = max((i for i in issuers if i in question), key=len, default="")
    if whole:
        limits.append(lambda d: whole in map(compact, d.issuers))
        told.append(whole)
    else:
        regions = {own.names[0] for i in issuers if (own := at_start(i)) and own.names[0] in question}
        if regions:
            limits.append(lambda d: any(compact(i).startswith(tuple(regions)) for i in d.issuers))
            told += sorted(regions)
    for value, pattern in _STATUS.items():
        if match := pattern.search(question):
            limits.append(partial(_stands, context, value))
            told.append(match[0])
            break
    ahead = r"(?:哪些|哪几[个份部]|几[个份部]|多少[个份部]|的)"
    kinds = [k for k in KINDS if len(k) > 1 and re.search(rf"{ahead}{k}|{k}(?:有|都|一共|共)", question)]
    if kinds:
        limits.append(
            lambda d: (d.kind is not None and d.kind.endswith(kinds[0])) or kinds[0] in (d.notice_title or "")
        )
        told.append(kinds[0])
    return limits, told


def _span(question: str, today: date) -> tuple[str, str, str] | None:
    """[begin, end) of issue dates as ISO words, and the words that say so."""
    if match := _RANGE.search(question):
        return f"{match[1]}-01-01", f"{int(match[2]) + 1}-01-01", match[0]
    if match := _SINCE.search(question):
        return f"{match[1]}-{int(match[2] or 1):02d}-01", "9999", match[0]
    if match := _UNTIL.search(question):
        return "0000", f"{match[1]}-01-01", match[0]
    if match := _RECENT.search(question):
        from index.entities.dates import number

        if match[1]:
            return f"{today.year - (number(match[1]) or 1)}-{today.month:02d}-{today.day:02d}", "9999", match[0]
        year = today.year - bool(match[3])
        return f"{year}-01-01", f"{year + 1}-01-01", match[0]
    if (match := _IN.search(question)) and _ISSUE.search(question):
        if match[2]:
            return f"{match[1]}-{int(match[2]):02d}-01", f"{match[1]}-{int(match[2]):02d}-32", match[0]
        return f"{match[1]}-01-01", f"{int(match[1]) + 1}-01-01", match[0]
    return None


def _mentioning(context: Context, document: Document, topic: str) -> Chosen | None:
    """A document that speaks of the topic: its title, else the first sentence with these words."""
    clauses = context.clauses(document.doc_id)
    for clause in [c for c in clauses if c.kind != "notice"] or clauses:
        for start, stop in split_sentences(clause.text):
            if topic in compact(clause.text[start:stop]):
                return Chosen(document, " ".join(clause.text[start:stop].split()), (clause, start, stop))
    if topic in compact(document.title):
        return Chosen(document, "题名", None)
    return None


def _listed(
    context: Context, question: str, chosen: Sequence[Chosen], undated: Sequence[Document], by_topic: bool
) -> Found | None:
    if not chosen:
        return None
    edge = _EDGE.search(question)
    notes: tuple[str, ...] = ()
    ordered = sorted(chosen, key=lambda own: own.document.issued_on or "9999")
    if edge and not _MANY.search(question):
        dated = [own for own in ordered if own.document.issued_on]
        if not dated:
            return None
        first = edge[1] in ("最早", "最先") or edge[1].startswith("第一")
        day = dated[0 if first else -1].document.issued_on
        kept = [own for own in dated if own.document.issued_on == day]
        notes = (f"另有 {len(undated)} 份文件没有印出成文日期，未参加比较。",) if undated else ()
        head = f"{'最早' if first else '最近'}印发的是："
    else:
        kept = ordered
        head = f"共 {len(kept)} 份{'' if len(kept) <= _LISTED else f'，列出前 {_LISTED} 份'}："
        notes = (
            (f"另有 {len(undated)} 份文件没有印出成文日期，未按日期列入。",)
            if undated and _span(question, context.as_of)
            else ()
        )
    lines = [claim(_line(context, own), "metadata", _spans(context, own)) for own in kept[:_LISTED]]
    if len(kept) > 1 or _MANY.search(question):
        lines = [claim(head, "metadata", [_spans(context, own)[0] for own in kept[:_LISTED]]), *lines]
    elif edge:
        lines = [replace(lines[0], text=head + lines[0].text)]
    return Found(tuple(lines), notes=notes)


def _saying(context: Context, question: str, near: Sequence[int], documents: Sequence[Document]) -> Found | None:
    """The document whose clause says what the question quotes; several where several do."""
    rest = _PLAIN.sub(" ", _SAYS.sub(" ", question))
    several = len(left_over(rest, [])) > 1
    allowed = {document.doc_id for document in documents}
    chosen: dict[str, Chosen] = {}
    for row in near[:10]:
        clause = context.store.clauses[row]
        if clause.doc_id not in allowed or clause.doc_id in chosen:
            continue
        document = context.document(clause)
        names = [compact(document.title), *map(compact, document.issuers), *map(compact, clause.path)]
        for start, stop in split_sentences(clause.text):
            told = compact(clause.text[start:stop])
            if (several or sum(map(len, common(rest, told))) >= _QUOTED) and not left_over(rest, [told, *names]):
                chosen[clause.doc_id] = Chosen(
                    document, " ".join(clause.text[start:stop].split()), (clause, start, stop)
                )
                break
    if not chosen:
        return None
    return Found(tuple(claim(_line(context, own), "metadata", _spans(context, own)) for own in chosen.values()))


def _line(context: Context, own: Chosen) -> str:
    """《题名》（文号，日期，机关，时效）：为何列出。"""
    document = own.document
    issuers = "、".join(document.issuers) or "未印发文机关"
    facts = [document.doc_no or "未印文号", _day(document.issued_on), issuers, LABEL[context.status(document).value]]
    why = own.why if len(own.why) <= _LONGEST else own.why[:_LONGEST] + "……"
    end = "" if why.endswith(("。", "；", "！")) else "。"
    return f"《{document.title}》（{'，'.join(facts)}）{'：' + why if why else ''}{end}"


def _day(iso: str | None) -> str:
    if iso is None:
        return "未印日期"
    year, month, day = (int(part) for part in iso.split("-"))
    return f"{year}年{month}月{day}日印发"


def _spans(context: Context, own: Chosen) -> list[tuple[Clause, int, int]]:
    first = context.clauses(own.document.doc_id)[0]
    printed = (first, 0, len(first.text)) if first.kind == "notice" else opening(first)
    return [printed, *([own.span] if own.span else [])]
