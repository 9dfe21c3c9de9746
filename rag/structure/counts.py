"""How many: articles, chapters, annexes, members of a heading, articles on a topic; from the tree, never from a number
read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.entities.titles import KINDS
from index.schema import Document
from index.structure import Node
from index.terms import compact
from rag.query.question import Query
from rag.structure.found import Found, claim, of_node
from rag.structure.trees import asked_for, body, head, top, unexplained

if TYPE_CHECKING:
    from rag.context import Context

_HOW_MANY = r"(?<![第哪])(?:多少|几|好多)"
_ENDS = r"(?:条款|规定|内容)?(?=[？?。，,、呀啊呢]|$|是|组成|构成)"
_UNITS = {
    "编": re.compile(rf"{_HOW_MANY}个?编{_ENDS}"),
    "条": re.compile(rf"{_HOW_MANY}个?(?:条款|条文|条){_ENDS}"),
    "章": re.compile(rf"{_HOW_MANY}个?章节?{_ENDS}"),
    "节": re.compile(rf"{_HOW_MANY}个?节{_ENDS}"),
    "附件": re.compile(rf"{_HOW_MANY}个?(?:附件|附录|附表)"),
    "专栏": re.compile(rf"{_HOW_MANY}个?专栏"),
}
# What stands before the number where a document's own units are counted: nothing, a kind of document, or a word of
# having.
_OF_DOCUMENT = re.compile(
    rf"^$|(?:{'|'.join(map(re.escape, KINDS))}|法|文件|政策|全文|正文|总则|附则|章|节|里面?|中|内|它|[，,、。？?]|共|总共?|有|是|分|含|包括|规定了?|写了?|设了?)$"
)
_MEMBERS = re.compile(
    rf"{_HOW_MANY}(?:大|个|项|条|点|方面|类)*[一-鿿]{{0,4}}?(?:部分|方面|要求|措施|任务|举措|内容|政策|条件|情形|原则|目标|规定|重点|行动|工程|工作(?!日)|职责|事项|点)"
)
_TOPIC = re.compile(
    rf"{_HOW_MANY}(?:个)?(?:条|条款|条规定)(?:文)?(?:内容)?(?:是|在)?(?:关于|涉及|提到|讲到?|说到?|规定了?|有关|跟|写)(.{{2,12}}?)(?:的|有关|规定|内容)*[？?。]?$"
)
_TOPIC_AHEAD = re.compile(rf"(?:关于|涉及|提到|有关)(.{{2,12}}?)的(?:条款|条文|规定)?(?:一共|总共|共)?有?{_HOW_MANY}条")
_LISTED = 30  # members told by name
_GENERIC = frozenset(
    "要求 措施 任务 举措 内容 政策 规定 事项 部分 方面 重点".split()
)  # what the members of a document may be called


def wanted(question: str) -> str | None:
    """Which unit a compact question counts: 条, 章, …, topic or members; None where it counts none."""
    if _TOPIC.search(question) or _TOPIC_AHEAD.search(question):
        return "topic"
    unit = next((name for name, pattern in _UNITS.items() if pattern.search(question)), None)
    return unit or ("members" if _MEMBERS.search(question) else None)


def answer(context: Context, query: Query, document: Document) -> Found | None:
    """The count, with the first and last that are counted or all by name; None where the question means another
    count."""
    question = compact(query.text)
    unit = wanted(question)
    found = context.store.structure.nodes(document.doc_id)
    if unit is None or not found:
        return None
    if unit == "topic":
        return _on_topic(context, question, document, found)
    if unit == "members":
        return _members(context, question, document, found)
    counted = _UNITS[unit].search(question)
    if counted is None or not _OF_DOCUMENT.search(question[: counted.start()]):
        return None  # 航线多少条 counts routes
    if unexplained(f"{question[: counted.start()]} {question[counted.end() :]}", document):
        return None
    return _units(context, unit, document, found)


def _units(context: Context, unit: str, document: Document, found: Sequence[Node]) -> Found | None:
    own = _counted(unit, found)
    title = f"《{document.title}》"
    if not own and unit == "条":
        members = top(found)
        inner = [node for node in body(found) if node.kind == "（一）" and node.part == "clause"]
        if not members:
            return None
        told = f"{title}没有用“第几条”编号：{members[0].label}至{members[-1].label}共 {len(members)} 部分"
        told += f"，下分 {len(inner)} 项" if inner and inner[0].kind != members[0].kind else ""
        return _said(context, f"{told}。", members)
    if not own:
        first = context.store.clauses_of(document.doc_id)[0]
        return (
            Found((claim(f"{title}没有{unit}。", "computed", [(first, 0, len(first.text))]),))
            if unit in ("编", "章", "附件")
            else None
        )
    name = "个" + unit if unit in ("附件", "专栏") else unit
    labels = [compact(node.label) or head(node) for node in own]
    missing = _missing(own)
    twice = len(set(labels)) < len(labels)
    span = f"（{labels[0]}至{labels[-1]}）" if len(own) > 2 else f"（{'、'.join(labels)}）"
    span = "" if twice else span
    note = (
        "；编号有重复，按条文逐条计数"
        if twice
        else f"；编号中没有第{'、'.join(map(str, missing))}{unit}"
        if missing and unit in ("条", "章", "编")
        else ""
    )
    heads = (
        f"：{'、'.join(head(n) for n in own)}" if unit in ("编", "章", "附件", "专栏") and len(own) <= _LISTED else ""
    )
    return _said(context, f"{title}共{len(own)}{name}{span}{heads}{note}。", own)


def _counted(unit: str, found: Sequence[Node]) -> list[Node]:
    own = [node for node in (found if unit in ("附件", "专栏") else body(found)) if node.kind == unit]
    kept: dict[tuple, Node] = {}
    parts = {node.id for node in found if node.kind == "编"}
    for node in own:
        # A heading printed twice (a contents list, a running head) counts once; sections count anew in each chapter,
        # chapters in each 编.
        # Articles numbered anew by a faulty list are still articles: two of one number count where their words differ.
        told = compact(node.text)[:40] if unit in ("条", "附件") else compact(node.label)
        anew = unit == "节" or (unit == "章" and node.parent in parts)
        kept.setdefault((node.parent if anew else None, compact(node.label), told), node)
    return list(kept.values())


def _missing(own: Sequence[Node]) -> list[int]:
    numbers = {node.number for node in own if node.number}
    return [n for n in range(1, max(numbers, default=0)) if n not in numbers][:5]


def _members(context: Context, question: str, document: Document, found: Sequence[Node]) -> Found | None:
    rest = _MEMBERS.sub(lambda match: re.sub(_HOW_MANY, "", match[0]), question)
    node = asked_for(context, rest, document, found)
    if node is None and any(word not in _GENERIC for word in unexplained(rest, document)):
        return None
    members = context.store.structure.children(node) if node else top(found)
    members = [own for own in members if own.number]
    if len(members) < 2 or len({own.kind for own in members}) > 1:
        return None
    of = f"的“{head(node)}”" if node else ""
    told = "；".join(head(own) for own in members[:_LISTED])
    return _said(context, f"《{document.title}》{of}共{len(members)}项：{told}（全部列出）。", members, whole=True)


def _on_topic(context: Context, question: str, document: Document, found: Sequence[Node]) -> Found | None:
    match = _TOPIC.search(question) or _TOPIC_AHEAD.search(question)
    if match is None:
        return None
    topic = match[1].strip("的了")
    own = _counted("条", found)
    held = [node for node in own if topic in compact(context.store.clauses[node.clause].text)]
    if not own or not held:
        return None
    told = f"《{document.title}》中写有“{topic}”的共{len(held)}条：{'、'.join(compact(node.label) for node in held)}"
    return _said(context, f"{told}（全文{len(own)}条中）。", held, whole=True)


def _said(context: Context, text: str, nodes: Sequence[Node], whole: bool = False) -> Found:
    cited = nodes if whole else [nodes[0], nodes[-1]] if len(nodes) > 1 else nodes
    spans = [of_node(node, context.store.clauses[node.clause]) for node in cited]
    return Found((claim(text, "outline", spans),))
