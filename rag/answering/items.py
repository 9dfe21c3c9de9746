"""Items of a list: “哪七个” is answered by naming all seven before telling of any, （一） brings （二）. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from index.markers import number
from index.store import Store
from rag.query.question import Query

_NAME, _LEAST, _FIRST = (
    40,
    3,
    3,
)  # characters of an item's name; items that make a list; clauses whose documents it may be in
_N = "一二三四五六七八九十两\\d"
_COUNTED = re.compile(
    rf"(?<=哪)[几{_N}]+(?=[一-鿿])"
    rf"|(?<![第{_N}年月.])[{_N}]+(?=[个大项条类片座处种家][一-鿿]{{1,12}}?[，,]?(?:分别|各)?(?:[叫是有]|包括)(?:什么|哪))"
)
_LATER = r"\s*(?:[二三四五六七八九十]+是|[②-⑳]|其[二三四五]|[（(][二三四五六七八九十]+[)）]|(?:[2-9]|1\d)[.．、](?!\d))"
_ITEM = re.compile(rf"{_LATER}|\s*(?:一是|①|其一|[（(]一[)）]|1[.．、](?!\d))")
_NEXT = re.compile(_LATER)
_OPENS = re.compile(r"一是|①|其一|[（(]一[)）]|[:：]\s*(?:1[.．、].*)?$")


def counted(query: Query) -> int | None:
    """How many items a question asks to be named, 0 where it does not say (哪几个); None where it counts none."""
    match = _COUNTED.search("".join(query.text.split()))
    return None if match is None else number(match[0]) or 0


def among(store: Store, rows: Sequence[int], wanted: int) -> list[bool]:
    """For each of these sentences whether it names an item: it opens one of enough of these clauses under one
    heading."""
    clauses = {store.sentences[row][0] for row in rows}
    together = Counter(_heading(store, clause) for clause in clauses)
    return [
        _is_name(store, row) and together[_heading(store, store.sentences[row][0])] >= max(_LEAST, wanted)
        for row in rows
    ]


def whole(store: Store, query: Query, clauses: Sequence[int]) -> list[int]:
    """Sentence rows of the names of all items, in printed order, of the first heading above `clauses`, best first, that
    has as many as the question counts and of that kind; empty where none has. The document must be one of the
    first's."""
    wanted = counted(query) or 0
    if wanted < _LEAST:
        return []
    near = {store.clauses[clause].doc_id for clause in clauses[:_FIRST]}
    for doc_id, path in dict.fromkeys(_heading(store, clause) for clause in clauses):
        if doc_id not in near:
            continue
        own = [store.row_of[c.clause_id] for c in store.clauses_of(doc_id) if c.path == path]
        names = [row for clause in own for row in store.sentence_rows[clause][:1] if _is_name(store, row)]
        kinds = {_last(store, row) for row in names}
        if len(names) == wanted and len(kinds) == 1 and kinds <= set(query.text):
            return names
    return []


def _last(store: Store, row: int) -> str:
    """The last letter of a name, which those of one list share (……带, ……区)."""
    return store.sentence(row).rstrip(" 。；：\n")[-1:]


def run(store: Store, row: int, whole: bool) -> list[int]:
    """The sentence with those that count on from it, where it begins to count (一是……, “有下列情形之一的：”); with
    `whole`, of an item also what stands before it in its list."""
    first, clause = row, store.sentences[row][0]
    while whole and _ITEM.match(store.sentence(first)) and first > 0 and store.sentences[first - 1][0] == clause:
        first -= 1
    if not _OPENS.search(store.sentence(first)):
        return [row]
    last = first
    for after in range(first + 1, len(store.sentences)):
        if store.sentences[after][0] != clause or not (_ITEM if last == first else _NEXT).match(store.sentence(after)):
            break
        last = after
    return list(range(first, last + 1))


def _heading(store: Store, clause: int) -> tuple[str, tuple[str, ...]]:
    return store.clauses[clause].doc_id, store.clauses[clause].path


def _is_name(store: Store, row: int) -> bool:
    _, start, stop = store.sentences[row]
    return start == 0 and stop <= _NAME
