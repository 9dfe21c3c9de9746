"""Related clauses as HTML: grouped by document, of a draft clause by clause. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from index.schema import Document
from page.compare import side_by_side
from page.html import badge, card, clipped, empty, gaps, opener, warning
from rag.relating.labels import NEAREST, ORIGINAL
from rag.relating.related import RelatedClauses
from rag.schema import Hit

_LEVELS = (
    ("中央", "国务院", "全国"),
    ("部委", "国家"),
    ("省市联合", "省", "自治区"),
    ("厅局",),
    ("市", "州", "盟", "县", "区", "旗"),
)  # the highest first


def related(found: Sequence[RelatedClauses], notes: Sequence[str] = (), total: int | None = None) -> str:
    """What is related to a paste; of a draft, clause by clause below a table of contents. `notes`: what was left out,
    and why; `total`: how many clauses there will be, where more are still looked for."""
    said = "".join(f'<p class="tw-note">{escape(note)}</p>' for note in notes)
    if total is not None and len(found) < total:
        said += _awaited(len(found), total)
    if len(found) == 1 and total in (None, 1):
        return said + _related_clauses(found[0])
    contents = "".join(_listed(number, each) for number, each in enumerate(found, 1))
    units = "".join(_unit(number, each) for number, each in enumerate(found, 1))
    nav = f'<nav class="tw-units" aria-label="各段"><ol>{contents}</ol></nav>' if len(found) > 1 else ""
    return f"{said}{nav}{units}"


def _awaited(done: int, total: int) -> str:
    return (
        f'<div class="tw-progress"><p role="status">正在查找第 {done + 1} 段，共 {total} 段</p>'
        f'<progress aria-label="查找进度" value="{done}" max="{total}"></progress></div>'
    )


def stopped(found: Sequence[RelatedClauses], notes: Sequence[str], total: int) -> str:
    """What was found before the user stopped."""
    left = f"已停止：查找了前 {len(found)} 段，其余 {total - len(found)} 段没有查找。" if total > len(found) else ""
    return related(found, [*notes, left] if left else notes)


def _listed(number: int, found: RelatedClauses) -> str:
    """A line of the table of contents."""
    counts = Counter(hit.relation for hit in found.related if hit.relation)
    told = "、".join(f"{name} {n}" for name, n in counts.items()) or "未找到"
    return (
        f'<li><a class="tw-jump" href="#u-{number}"><b>{number}</b> {escape(clipped(found.text, 36))}</a>'
        f'<span class="tw-count">{escape(told)}</span></li>'
    )


def _unit(number: int, found: RelatedClauses) -> str:
    return (
        f'<details class="tw-unit" id="u-{number}" tabindex="-1"{" open" if number == 1 else ""}><summary><b>第 {number} 段'
        f"</b>{escape(clipped(found.text, 60))}</summary>{_related_clauses(found)}</details>"
    )


def _related_clauses(found: RelatedClauses) -> str:
    """Clauses grouped by document: the paste's own first, then higher levels, then earlier ones; what only comes
    nearest last."""
    if not found.hits:
        return empty("所选范围内没有条款。")
    groups: dict[str, list[Hit]] = {}
    for hit in found.hits:
        groups.setdefault(hit.document.doc_id, []).append(hit)
    counts = Counter(hit.relation for hit in found.hits if hit.relation)
    kinds = "".join(f'{_relation(name)}<span class="tw-count">{n} 条</span>' for name, n in counts.items())
    related = found.related
    documents = len({hit.document.doc_id for hit in related})
    what = f"{len(related)} 条相关条款，出自 {documents} 份文件" if related else "未找到相关条款，以下只是最接近的"
    return f'<div class="tw-found"><b>{what}</b>{kinds}</div>' + "".join(
        map(_group, sorted(groups.values(), key=_place))
    )


def _place(hits: Sequence[Hit]) -> tuple[bool, bool, int, str]:
    """Where a document's hits stand in the list."""
    relations = [hit.relation for hit in hits]
    return relations[0] != ORIGINAL, all(relation == NEAREST for relation in relations), *_standing(hits[0].document)


def _standing(document: Document) -> tuple[int, str]:
    """Higher levels first, then date."""
    level = document.level or ""
    rank = next((place for place, names in enumerate(_LEVELS) if any(name in level for name in names)), len(_LEVELS))
    return rank, document.issued_on or "9999"


def _group(hits: Sequence[Hit]) -> str:
    document, status = hits[0].document, hits[0].status
    told = badge(status) if status.value != "unknown" else ""
    cards = "".join(
        card(
            h.clause,
            document,
            status,
            [h.quote] if h.quote else [],
            _relations(h),
            titled=False,
            between=side_by_side(h),
        )
        for h in hits
    )
    return (
        f'<section class="tw-group"><header><h3>{opener(document, None, f"《{escape(document.title)}》")}{told}</h3>'
        f'<div class="tw-meta">{_facts(document)}</div>{warning(status)}{gaps(document)}</header>{cards}</section>'
    )


def _relations(hit: Hit) -> str:
    """The label, and beside it how the two documents stand where the label does not say so."""
    return _relation(hit.relation) + (_relation(hit.hierarchy) if hit.hierarchy != hit.relation else "")


def _relation(relation: str | None) -> str:
    return f'<span class="tw-relation">{escape(relation)}</span>' if relation else ""


def _facts(document: Document) -> str:
    facts = (document.doc_no or "未印文号", document.issued_on, document.level, document.kind)
    return "".join(f"<span>{escape(fact)}</span>" for fact in facts if fact)
