"""A document's neighbourhood by level: a column for 中央, 部委, 省市, 厅局 and what is below, the document among its own.
Pure; a list on a narrow screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from index.entities.doc_nos import is_central
from index.entities.organs import CENTRE, JOINT, OFFICE, OFFICES_JOINT, level_of_title
from index.entities.regions import is_province
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
    told = node.level or (CENTRE if is_central(node.doc_no or "") else level_of_title(node.title))
    if told is None:
        return LEVELS[5]
    if told in LEVELS[:2]:
        return told
    if told in (OFFICE, OFFICES_JOINT):
        return LEVELS[3]
    return LEVELS[2] if told == JOINT or is_province(told) else LEVELS[4]


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
