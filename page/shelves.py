"""Related clauses, the list of documents and a document whole, as HTML. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from index.schema import Clause, Document
from page.compare import side_by_side
from page.html import KINDS, address, badge, card, cited, copier, doubt, empty, gaps, lines, opener, warning
from rag.relating.related import Neighbourhood
from rag.relating.relations import NEAREST, ORIGINAL
from rag.schema import Hit, Status

_LEVELS = (("中央", "国务院", "全国"), ("部委", "国家"), ("省市联合", "省", "市"), ("厅局", "局"))  # the highest first


def related(found: Sequence[Neighbourhood]) -> str:
    """What is related to a paste; of a draft, clause by clause."""
    if len(found) == 1:
        return _neighbourhood(found[0])
    return "".join(
        f'<details class="tw-unit"{" open" if number == 1 else ""}><summary><b>第 {number} 段</b>'
        f"{escape(_clipped(each.text))}</summary>{_neighbourhood(each)}</details>"
        for number, each in enumerate(found, 1)
    )


def _neighbourhood(found: Neighbourhood) -> str:
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


def _clipped(text: str, most: int = 60) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most] + "……"


def _group(hits: Sequence[Hit]) -> str:
    document, status = hits[0].document, hits[0].status
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
        f'<section class="tw-group"><header><h3>{opener(document, None, f"《{escape(document.title)}》")}{badge(status)}</h3>'
        f'<div class="tw-meta">{_facts(document)}</div>{warning(status)}{gaps(document)}</header>{cards}</section>'
    )


def _relations(hit: Hit) -> str:
    """The label, and beside it how the two documents stand where the label does not say so."""
    return _relation(hit.relation) + (_relation(hit.standing) if hit.standing != hit.relation else "")


def _relation(relation: str | None) -> str:
    return f'<span class="tw-relation">{escape(relation)}</span>' if relation else ""


def _facts(document: Document) -> str:
    facts = (document.doc_no or "未印文号", document.issued_on, document.level, document.kind)
    return "".join(f"<span>{escape(fact)}</span>" for fact in facts if fact)


def library(entries: Sequence[tuple[Document, Status, int]], total: int) -> str:
    """The list of documents, of `total` in all; each leads to its clauses."""
    if not entries:
        return empty("没有符合条件的文件。请放宽筛选条件。")
    count = f"共 {total} 份文件" if len(entries) == total else f"{total} 份文件中符合条件的 {len(entries)} 份"
    items = "".join(
        f'<li><a class="tw-open" href="?doc={escape(d.doc_id)}"><b>{escape(d.title)}</b>{badge(s)}'
        f'<span class="tw-meta">{_facts(d)}<span>{n} 条</span></span>{gaps(d)}</a></li>'
        for d, s, n in entries
    )
    return f'<p class="tw-count" aria-live="polite">{count}</p><ol class="tw-list">{items}</ol>'


def document(found: Document, status: Status, clauses: Sequence[Clause], target: str | None = None) -> str:
    """One document whole: its facts, then every clause below its headings. `target` is the clause that was linked."""
    facts = {
        "文号": found.doc_no,
        "发文机关": "、".join(found.issuers),
        "成文日期": found.issued_on,
        "层级": found.level,
        "文种": found.kind,
        "实施期": found.period.text if found.period else None,
        "施行日期": found.effective_on,
        "时效": status.reason,
        "印发通知": found.notice_title,
        "来源文件": found.file,
    }
    listed = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items() if value)
    body, contents = _body(found, status, clauses, target)
    outline = f'<details class="tw-outline"><summary>目录</summary><ul>{contents}</ul></details>' if contents else ""
    return (
        f'<div class="tw-document" data-doc="{escape(found.doc_id)}"><h2>{escape(found.title)}{badge(status)}</h2>{warning(status)}{gaps(found)}'
        f'<dl class="tw-facts">{listed}</dl>{outline}<div class="tw-clauses">{body}</div></div>'
    )


def _body(found: Document, status: Status, clauses: Sequence[Clause], target: str | None) -> tuple[str, str]:
    """(clauses with the headings that change from one to the next, outline of the two outermost levels)."""
    parts: list[str] = []
    outline: list[str] = []
    path: tuple[str, ...] = ()
    for clause in clauses:
        same = next(
            (i for i, (a, b) in enumerate(zip(path, clause.path, strict=False)) if a != b),
            min(len(path), len(clause.path)),
        )
        for depth, heading in enumerate(clause.path[same:], same):
            anchor = f"h-{escape(clause.clause_id)}-{depth}"
            parts.append(f'<h{min(depth + 3, 6)} id="{anchor}">{lines(heading)}</h{min(depth + 3, 6)}>')
            if depth < 2:
                outline.append(
                    f'<li class="depth{depth}"><a class="tw-jump" href="#{anchor}">{escape(heading)}</a></li>'
                )
        path = clause.path
        linked = ' target" tabindex="-1' if clause.clause_id == target else ""
        kind = f'<span class="tw-kind">{KINDS[clause.kind]}</span>' if clause.kind in KINDS else ""
        kind += doubt(clause)
        parts.append(
            f'<div class="tw-clause{linked}" id="k-{escape(clause.clause_id)}" title="{escape(address(clause.path))}">{kind}'
            f'<div class="tw-text">{lines(clause.text)}</div><div class="tw-tools">'
            f"{copier(cited(found, clause, status), '复制引文')}"
            f'<button type="button" class="tw-relate" data-clause="{escape(clause.clause_id)}">找相关条款</button></div></div>'
        )
    return "".join(parts), "".join(outline)
