"""A document's neighbourhood by level: a column for 中央, 部委, 省市, 厅局 and what is below, the document among its own.
Pure; a list on a narrow screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from index.schema import Document
from page.html import badge, opener
from rag.lineage.graph import LABEL, Edge, Neighbourhood, Node
from rag.lineage.relations import APPROVES, CITES, IMPLEMENTS, RELATIONS, REPLACES
from rag.schema import Status

# (relation, whether the document in the middle says it), from the top down.
ABOVE = ((CITES, True), (IMPLEMENTS, True), (APPROVES, False), (REPLACES, False))
BELOW = ((APPROVES, True), (IMPLEMENTS, False), (CITES, False), (REPLACES, True))
_CSS = {CITES: "cites", IMPLEMENTS: "implements", APPROVES: "approves", REPLACES: "replaces"}
LEVELS = ("中央", "部委", "省市", "厅局", "市县及其他", "层级不明")
_SHOWN = 10  # documents of a level; the others unfold
_CENTRAL = re.compile(r"(?:中共中央|国务院|全国人(?:民代表)?大|中央办公厅)|中华人民共和国.+(?:法|法典|条例)$")
_CENTRAL_NO = re.compile(r"(?:国发|国办|国函|国令|中发|中办|中委|主席令|国务院令)")
_MINISTRY = re.compile(
    r"国家.{2,12}(?:委|委员会|局|署|部)|中国人民银行|(?![^部]*[省市县区])[\u3400-\u9fff]{1,12}部(?:[、 　]|关于|办公厅)"
)
_PROVINCE = re.compile(
    r"(?:中共)?(?:[北上天重][京海津庆]市|[\u3400-\u9fff]{2,3}省|[\u3400-\u9fff]{2,8}?自治区)(?P<rest>.*)"
)
_BELOW = re.compile(r"(?:中共)?[\u3400-\u9fff]{2,5}?(?:市|县|州|盟|(?<![新园地范发])区)")
_OFFICE = re.compile(r"[\u3400-\u9fff]{2,14}?(?:厅|局|委员会|委)(?:[、等 　]|关于|办公室|$)")


@dataclass(frozen=True, slots=True)
class Group:
    """The documents that stand in one relation to the one in the middle."""

    relation: str
    own: bool  # whether the document in the middle says it
    nodes: tuple[Node, ...]

    @property
    def label(self) -> str:
        return LABEL[self.relation, self.own]


def groups(around: Neighbourhood, order: Sequence[tuple[str, bool]]) -> list[Group]:
    """The neighbours by their most telling relation, higher levels first, then by date; `order` as ABOVE or BELOW."""
    centre = around.document.doc_id
    kinds: dict[str, tuple[str, bool]] = {}
    for node in around.nodes:
        said = {(e.relation, e.source == centre) for e in around.edges if node.id in (e.source, e.target)}
        if node.id != centre:
            kinds[node.id] = min(said, key=lambda kind: (RELATIONS.index(kind[0]), not kind[1]))
    found = []
    for kind in order:
        own = [node for node in around.nodes if kinds.get(node.id) == kind]
        if own:
            found.append(Group(*kind, tuple(sorted(own, key=_rank))))
    return found


def between(around: Neighbourhood, node: Node) -> list[Edge]:
    """The edges between the document in the middle and a neighbour, the most telling first."""
    own = [edge for edge in around.edges if node.id in (edge.source, edge.target)]
    return sorted(own, key=lambda edge: RELATIONS.index(edge.relation))


def level(node: Node) -> str:
    """One of LEVELS: as the document's own, of one that is not held as its name and 文号 tell it."""
    if node.level in LEVELS[:2]:
        return node.level
    if node.level is not None:
        return LEVELS[3] if node.level.startswith("厅局") else LEVELS[2]
    title, number = node.title, node.doc_no or ""
    if _CENTRAL.match(title) or _CENTRAL_NO.match(number):
        return LEVELS[0]
    if _MINISTRY.match(title):
        return LEVELS[1]
    if province := _PROVINCE.match(title):
        return LEVELS[3] if _OFFICE.match(province["rest"]) else LEVELS[2]
    return LEVELS[4] if _BELOW.match(title) else LEVELS[5]


def drawing(around: Neighbourhood, documents: Mapping[str, Document], status_of: Callable[[Document], Status]) -> str:
    """The neighbourhood in columns; levels at which nothing stands are left out."""
    columns: dict[str, list[str]] = {name: [] for name in LEVELS}
    centre = around.nodes[0]
    columns[level(centre)].append(_box(centre, None, documents, status_of))
    for group in groups(around, (*ABOVE, *BELOW)):
        for node in group.nodes:
            columns[level(node)].append(_box(node, group, documents, status_of))
    shown = "".join(_column(name, boxes) for name, boxes in columns.items() if boxes)
    title = f"《{escape(around.document.title)}》的文件关系，按层级排列，逐条原文列在下面"
    return f'<div class="tw-levels" role="group" aria-label="{title}">{shown}</div>'


def _column(name: str, boxes: Sequence[str]) -> str:
    first, rest = boxes[:_SHOWN], boxes[_SHOWN:]
    folded = f"<summary>其余 {len(rest)} 份</summary><ol>{''.join(rest)}</ol>"
    more = f'<details class="tw-more">{folded}</details>' if rest else ""
    return (
        f'<section class="tw-level"><h3>{escape(name)}<span class="tw-count">{len(boxes)} 份</span></h3>'
        f"<ol>{''.join(first)}</ol>{more}</section>"
    )


def _box(
    node: Node, group: Group | None, documents: Mapping[str, Document], status_of: Callable[[Document], Status]
) -> str:
    """A document as a box: what it is to the one in the middle (`group`; None for that one itself), its title, which
    opens it, and a button that puts it in the middle."""
    name, day = f"《{escape(node.title)}》", escape(node.issued_on or "")
    css = "centre" if group is None else _CSS[group.relation]
    label = "本文件" if group is None else group.label
    if node.in_corpus:
        status = status_of(documents[node.id])
        title = opener(documents[node.id], None, name)
        foot = (badge(status) if status.value != "unknown" else "") + f"<span>{day[:7]}</span>"
        if group is not None:
            foot += f'<button type="button" class="tw-centre" data-doc="{escape(node.id)}">看它的关系</button>'
    else:
        css += " outside"
        title = f"<span>{name}</span>"
        foot = f"<i>库外文件</i><span>{escape(node.doc_no or day)}</span>"
    return f'<li class="tw-node {css}"><span class="tw-what">{escape(label)}</span>{title}<footer>{foot}</footer></li>'


def _rank(node: Node) -> tuple:
    return (not node.in_corpus, LEVELS.index(level(node)), node.issued_on or "", node.title)
