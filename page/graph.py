"""A document's neighbourhood as a drawing: what it rests on above it, what rests on it below. Pure; inline SVG.

Each relation is a group of boxes hung on a rail, as in a chart of an organisation: two documents or forty stay
readable, and no line crosses a box. Widths are in SVG units, one to a CSS pixel at full width.
"""

from __future__ import annotations

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
_LEVELS = ("中央", "部委", "省市联合", "厅局联合")
_BOX, _TALL, _GAP = 212, 92, 16  # a box's width and height, and the room between two
_GUTTER, _RAIL, _CAPTION, _ROOM = 52, 18, 26, 26  # left of the boxes; box to rail; a group's caption; between groups


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


def drawing(
    around: Neighbourhood, documents: Mapping[str, Document], status_of: Callable[[Document], Status], columns: int
) -> str:
    """The neighbourhood as one SVG, `columns` boxes wide."""
    width = _GUTTER + columns * (_BOX + _GAP)
    middle = (_GUTTER + width) / 2
    parts: list[str] = []
    y = 8.0
    above, below = groups(around, ABOVE), groups(around, BELOW)
    tops: list[tuple[Group, list[float]]] = []
    for group in above:
        parts.append(_caption(group, y))
        rows = _rows(group, columns, y + _CAPTION, parts, documents, status_of, middle, _TALL + _RAIL)
        tops.append((group, [row + _TALL + _RAIL for row in rows]))
        y = rows[-1] + _TALL + _RAIL + _ROOM
    centre = y + (_ROOM if above else 0)
    for place, (group, rails) in enumerate(tops):
        parts.append(_wires(group, rails, centre, place, len(tops), middle, columns, up=True))
    parts.append(_box(around.nodes[0], middle - _BOX * 0.75, centre, _BOX * 1.5, documents, status_of, css="centre"))
    y = centre + _TALL + (_ROOM if below else 0)
    for place, group in enumerate(below):
        parts.append(_caption(group, y + _ROOM))
        rows = _rows(group, columns, y + _ROOM + _CAPTION + _RAIL, parts, documents, status_of, middle, -_RAIL)
        rails = [row - _RAIL for row in rows]
        parts.append(_wires(group, rails, centre + _TALL, place, len(below), middle, columns, up=False))
        y = rows[-1] + _TALL
    title = f"《{escape(around.document.title)}》的文件关系图，逐条原文列在图下"
    return (
        f'<svg class="tw-graph" viewBox="0 0 {width} {y + 12:.0f}" role="group" aria-label="{title}">'
        f"<defs>{''.join(_arrow(css, columns) for css in _CSS.values())}</defs>{''.join(parts)}</svg>"
    )


def _rows(
    group: Group,
    columns: int,
    top: float,
    parts: list[str],
    documents: Mapping[str, Document],
    status_of: Callable[[Document], Status],
    middle: float,
    rail: float,
) -> list[float]:
    """Draw the boxes of a group with the short line from each to its rail; the top of each row."""
    tops = []
    for begin in range(0, len(group.nodes), columns):
        row = group.nodes[begin : begin + columns]
        left = middle - (len(row) * (_BOX + _GAP) - _GAP) / 2
        for place, node in enumerate(row):
            x = left + place * (_BOX + _GAP)
            parts.append(_box(node, x, top, _BOX, documents, status_of))
            near, far = (top + _TALL, top + rail) if rail > 0 else (top, top + rail)
            head = f' marker-end="url(#tw-{_CSS[group.relation]}-{columns})"' if group.own else ""
            parts.append(f'<path class="{_CSS[group.relation]}" d="M{x + _BOX / 2:.0f} {far:.0f}V{near:.0f}"{head}/>')
        tops.append(top)
        top += _TALL + 2 * _RAIL + 6
    return tops


def _wires(
    group: Group, rails: Sequence[float], edge: float, place: int, total: int, middle: float, columns: int, *, up: bool
) -> str:
    """The rails of a group and the line that leads from them to the document in the middle, at its edge `edge`."""
    css = _CSS[group.relation]
    port = middle + (place - (total - 1) / 2) * 34
    lines = []
    beside = len(rails) == 1 and place == (total - 1 if up else 0)  # next to the middle: no way around is needed
    gutter = 10 + place * 11
    for number, rail in enumerate(rails):
        count = min(columns, len(group.nodes) - number * columns)
        reach = (count - 1) * (_BOX + _GAP) / 2
        first, last = middle - reach, middle + reach
        first, last = (min(first, port), max(last, port)) if beside else (gutter, last)
        lines.append(f"M{first:.0f} {rail:.0f}H{last:.0f}")
    way = edge - 12 - 7 * place if up else edge + 12 + 7 * (total - 1 - place)
    if beside:
        lines.append(f"M{port:.0f} {rails[0]:.0f}")
    else:
        lines.append(f"M{gutter} {rails[0] if up else rails[-1]:.0f}V{way:.0f}H{port:.0f}")
    head = "" if group.own else f' marker-end="url(#tw-{css}-{columns})"'
    return f'<path class="{css}" d="{"".join(lines)}V{edge:.0f}"{head}/>'


def _caption(group: Group, y: float) -> str:
    return (
        f'<text class="{_CSS[group.relation]}" x="{_GUTTER}" y="{y + 16:.0f}">{escape(group.label)}'
        f'<tspan dx="8">{len(group.nodes)} 份</tspan></text>'
    )


def _box(
    node: Node,
    x: float,
    y: float,
    width: float,
    documents: Mapping[str, Document],
    status_of: Callable[[Document], Status],
    css: str = "",
) -> str:
    """A document as a box: its title opens it, the button puts it in the middle."""
    name = f"《{escape(node.title)}》"
    day = escape(node.issued_on or "")
    if node.in_corpus:
        document = documents[node.id]
        title = opener(document, None, name)
        button = (
            "" if css else f'<button type="button" class="tw-centre" data-doc="{escape(node.id)}">看它的关系</button>'
        )
        foot = badge(status_of(document)) + f"<span>{day[:7]}</span>" + button
    else:
        css, title = "outside", f"<span>{name}</span>"
        foot = f"<i>库外文件</i><span>{escape(node.doc_no or day)}</span>"
    return (
        f'<foreignObject x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{_TALL}">'
        f'<div class="tw-node {css}" title="{escape(node.title)}">{title}<footer>{foot}</footer></div></foreignObject>'
    )


def _arrow(css: str, columns: int) -> str:
    # Named by width: a drawing that is not shown would hide the arrows of the one that is.
    return (
        f'<marker id="tw-{css}-{columns}" class="{css}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto" markerUnits="userSpaceOnUse"><path d="M0 0L8 4L0 8z"/></marker>'
    )


def _rank(node: Node) -> tuple:
    level = _LEVELS.index(node.level) if node.level in _LEVELS else len(_LEVELS)
    return (not node.in_corpus, level, node.issued_on or "", node.title)
