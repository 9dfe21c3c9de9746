"""文件: the list of documents, in groups, and what a search finds in it, as HTML. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from index.schema import Clause, Document
from page.html import address as written
from page.html import badge, doubt, empty, gaps, lines
from page.html import opener as link
from rag.finding import Found, spans
from rag.schema import Status
from rag.topics import names

BY = ("收录顺序", "成文日期", "发文机关", "主题")
_PASSAGES = 3  # of a document found by its text
_DOCUMENTS = 40  # found, shown at once
_AROUND = 46  # letters of a clause shown before and after the words
_NOTICE_ONLY = "仅收录印发通知"


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as it is listed."""

    document: Document
    status: Status
    clauses: int
    topics: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def listed(entries: Sequence[Entry], total: int, by: str = BY[0]) -> str:
    """The documents in groups, of `total` in all; each leads to its clauses."""
    if not entries:
        return empty("没有符合条件的文件。请放宽筛选条件。")
    count = f"共 {total} 份文件" if len(entries) == total else f"{total} 份文件中符合条件的 {len(entries)} 份"
    head = f'<p class="tw-count" aria-live="polite">{count}</p>'
    if by == BY[0]:
        return head + f'<ol class="tw-list">{"".join(map(_item, entries))}</ol>'
    groups = _groups(entries, by)
    return head + "".join(
        f'<details class="tw-shelf" open><summary><h3>{escape(name)}</h3><span class="tw-count">{len(own)} 份</span>'
        f'</summary><ol class="tw-list">{"".join(map(_item, own))}</ol></details>'
        for name, own in groups.items()
    )


def _groups(entries: Sequence[Entry], by: str) -> dict[str, list[Entry]]:
    """Name → documents; one with two topics or issuers stands under both."""
    groups: dict[str, list[Entry]] = {}
    if by == "成文日期":
        for entry in sorted(entries, key=lambda e: e.document.issued_on or "", reverse=True):
            day = entry.document.issued_on
            groups.setdefault(f"{day[:4]}年" if day else "未写明日期", []).append(entry)
        return groups
    if by == "发文机关":
        for entry in entries:
            for name in entry.document.issuers or ("未写明发文机关",):
                groups.setdefault(name, []).append(entry)
        return dict(sorted(groups.items(), key=lambda group: (group[0].startswith("未写明"), -len(group[1]))))
    for entry in entries:
        for name in entry.topics:
            groups.setdefault(name, []).append(entry)
    return {name: groups[name] for name in names() if name in groups}


def found(results: Sequence[Found], entries: Mapping[str, Entry], query: str, words: Sequence[str], scope: bool) -> str:
    """What a search finds: documents by name first, each with the passages that hold the words. `scope`: filters are
    set."""
    within = "所选范围内" if scope else ""
    if not results:
        return empty(
            f"{within}没有题名、文号或正文含“{query}”的文件。可以少写几个字，或改写其中的词；多个词之间用空格隔开，须同时出现。"
        )
    passages = sum(len(each.passages) for each in results)
    said = f"“{escape(query)}”：{within}{len(results)} 份文件" + (f"，正文 {passages} 处" if passages else "")
    more = f"，以下是前 {_DOCUMENTS} 份，请多写几个字缩小范围" if len(results) > _DOCUMENTS else ""
    items = "".join(_found(each, entries[each.document.doc_id], words) for each in results[:_DOCUMENTS])
    return f'<p class="tw-count" aria-live="polite">{said}{more}</p><ol class="tw-list">{items}</ol>'


def _found(each: Found, entry: Entry, words: Sequence[str]) -> str:
    shown = "".join(_passage(each.document, clause, words) for clause in each.passages[:_PASSAGES])
    left = len(each.passages) - _PASSAGES
    if left > 0:
        rest = "".join(_passage(each.document, clause, words) for clause in each.passages[_PASSAGES:])
        shown += f'<li><details><summary>另有 {left} 处</summary><ul class="tw-passages">{rest}</ul></details></li>'
    return _item(entry, words, f'<ul class="tw-passages">{shown}</ul>' if shown else "")


def _passage(document: Document, clause: Clause, words: Sequence[str]) -> str:
    where = f'<span class="tw-path">{escape(written(clause.path))}</span>' if clause.path else ""
    label = f'{where}{doubt(clause)}<span class="tw-said">{_excerpt(clause.printed, words)}</span>'
    return f"<li>{link(document, clause, label)}</li>"


def _excerpt(text: str, words: Sequence[str]) -> str:
    """A text around the first place of each word, all of them marked."""
    firsts = [places[0] for word in words if (places := spans(text, [word]))]
    room = _AROUND * 2 // max(1, len(firsts))
    windows: list[list[int]] = []
    for start, stop in sorted(firsts) or [(0, 0)]:
        start, stop = max(0, start - room), min(len(text), stop + room)
        if windows and start <= windows[-1][1]:
            windows[-1][1] = max(windows[-1][1], stop)
        else:
            windows.append([start, stop])
    places = spans(text, words)
    cuts = [
        marked(
            text[start:stop],
            [(max(a, start) - start, min(b, stop) - start) for a, b in places if a < stop and b > start],
        )
        for start, stop in windows
    ]
    before, after = "……" if windows[0][0] else "", "……" if windows[-1][1] < len(text) else ""
    return before + "……".join(cuts) + after


def marked(text: str, places: Sequence[tuple[int, int]]) -> str:
    """The text escaped, its places marked; they are in order and apart."""
    parts, at = [], 0
    for start, stop in places:
        parts += [lines(text[at:start]), f"<mark>{lines(text[start:stop])}</mark>"]
        at = stop
    return "".join([*parts, lines(text[at:])])


def _item(entry: Entry, words: Sequence[str] = (), below: str = "") -> str:
    document = entry.document
    told = badge(entry.status) if entry.status.value != "unknown" else ""
    told += notice_only(entry.doubts)
    title = marked(document.title, spans(document.title, words))
    facts = (document.doc_no or "未印文号", document.issued_on, document.level, document.kind, f"{entry.clauses} 条")
    meta = "".join(f"<span>{marked(fact, spans(fact, words))}</span>" for fact in facts if fact)
    label = f'<b>{title}</b><span class="tw-told">{told}</span><span class="tw-meta">{meta}</span>{gaps(document)}'
    return f"<li>{link(document, None, label)}{below}</li>"


def notice_only(doubts: Sequence[str]) -> str:
    """A label for a document of which only the covering notice is there; nothing for others."""
    why = next((doubt for doubt in doubts if doubt.startswith(_NOTICE_ONLY)), "")
    return f'<span class="tw-badge tw-doubt" title="{escape(why)}">{_NOTICE_ONLY}</span>' if why else ""
