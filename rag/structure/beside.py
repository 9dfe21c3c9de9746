"""Two places, years or things side by side on the attribute a question names: 甲地和乙地的指标分别是多少."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.entities import quantities
from index.entities.dates import CENTURY
from index.entities.printed import flatten
from index.entities.regions import LETTERS
from index.schema import Clause
from index.sentences import split_sentences
from index.terms import compact
from rag.query.question import Query
from rag.structure.found import Found, claim
from rag.structure.words import left_over

if TYPE_CHECKING:
    from rag.context import Context
    from rag.retrieval.retrieve import Ranking

_NEAR = 8  # clauses of either side that are read
_ASIDE = re.compile(
    r"分别|各自|各|什么|不同|不一样|一样|区别|差异|差别|对比|相比|比较|目标|指标|标准|任务|规模|达到|哪个|哪边|哪里|更[高低大小多少]|吗|两地|方面"
)
_WANTED = re.compile(
    r"[一-鿿\d](?:和|与|跟|同|、)[^，。？?]{2,}(?:分别|各自|各[是为要有]|不同|区别|差异|差别|对比|不一样)(?!.{0,6}哪[些几])"
)
_AIMS = re.compile(r"目标|指标|任务|要(?:达到|建|完成)|计划|规划")
_FIGURE = re.compile(r"多少|几|目标|指标|[大多高低]")
_YEAR = re.compile(CENTURY)
_PAST = re.compile(
    rf"^(?:截至|截止)?(?:到)?{CENTURY}年(?:度|末|底)?(?:，|,)?(?!.{{0,6}}(?:建成|达到|力争|完工|投))|现有|目前|已(?:经|建|有|完成)|现状|同期"
)
_SHORT = re.compile(rf"([{''.join(LETTERS)}]{{2}})(?:两省市|两省|两市|两地|双方)")
_HALF = re.compile(r"[，,；;。]")
_SIDE_ENDS = "的和与、跟同及在分各有是为要，, "


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a document says of one side: a stretch of a sentence, and the sentence it stands in."""

    clause: Clause
    start: int
    stop: int
    said: str


def wanted(question: str) -> bool:
    """Whether a compact question sets two things side by side."""
    return bool(_WANTED.search(question) or (_SHORT.search(question) and _ASIDE.search(question)))


def answer(context: Context, query: Query, ranking: Ranking, documents: frozenset[str]) -> Found | None:
    """Both sides, each in the words of the clause that states it; a side that none states says so. None where neither
    is stated, or where one document's aim would stand beside another's past."""
    question = compact(query.text)
    if not _FIGURE.search(question):
        return None
    if (short := _SHORT.search(question)) is not None:
        names: tuple[str, ...] | None = tuple(LETTERS[letter] for letter in short[1])
        rows = [*ranking.rows[: 2 * _NEAR]]
    elif len(query.sub_queries) == 2 and len(ranking.sub_rankings) == 2:
        names = _names(question, *(compact(side.text) for side in query.sub_queries))
        rows = [row for side in ranking.sub_rankings for row in side.rows[:_NEAR]]
    else:
        return None
    if names is None:
        return None
    rest = question
    for name in (*names, *([short[0]] if short else ())):
        rest = rest.replace(name, " ")
    years = () if any(map(_YEAR.search, names)) else tuple(_YEAR.findall(rest))
    if len(years) > 1:
        return None
    keys = left_over(_ASIDE.sub(" ", _YEAR.sub(" ", rest)), [])
    if not keys:
        return None
    rows = [row for row in dict.fromkeys(rows) if context.store.clauses[row].doc_id in documents]
    aims = bool(_AIMS.search(question))
    held = [_stated(context, rows, own, other, keys, years, aims) for own, other in (names, names[::-1])]
    both = {cell.clause.doc_id for cell in held[0]} & {cell.clause.doc_id for cell in held[1]}
    cells = [next((c for c in own if c.clause.doc_id in both or not both), None) for own in held]
    stated = [cell.said for cell in cells if cell is not None]
    if not stated or (len(stated) == 2 and stated[0] == stated[1]):
        return None
    if None in cells and not _known(context, rows, names[cells.index(None)]):
        return None  # a name that no clause found has is no side the documents are silent on
    told = "；".join(_told(name, cell) for name, cell in zip(names, cells, strict=True))
    spans = [(cell.clause, cell.start, cell.stop) for cell in cells if cell]
    claims = [claim(f"{told}。", "computed", spans)]
    for clause, start, stop in dict.fromkeys(spans):
        claims.append(claim(clause.text[start:stop].strip(), "extract", [(clause, start, stop)]))
    return Found(tuple(claims))


def _told(name: str, cell: _Cell | None) -> str:
    if cell is None:
        return f"{name}：未写明"
    return cell.said if cell.said.startswith(name) else f"{name}：{cell.said}"


def _names(question: str, one: str, other: str) -> tuple[str, str] | None:
    """What sets the two questions apart, each as the question says it, with the ending that both share (甲区, 乙区)."""
    ahead = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    behind = next((at for at, (a, b) in enumerate(zip(one[::-1], other[::-1], strict=False)) if a != b), 0)
    names = []
    for text in (one, other):
        own = text[ahead : len(text) - behind].strip(_SIDE_ENDS)
        if not own or (at := question.find(own)) < 0:
            return None
        stop = at + len(own)
        while stop < len(question) and question[stop] not in _SIDE_ENDS and stop - at < len(own) + 3:
            if own[-1] == "年" or not text[len(text) - behind :].startswith(question[at + len(own) : stop + 1]):
                break
            stop += 1
        names.append(question[at:stop])
    if min(map(len, names)) < 2 or names[0] == names[1]:
        return None
    return names[0], names[1]


def _stated(
    context: Context,
    rows: Sequence[int],
    name: str,
    other: str,
    keys: Sequence[str],
    years: Sequence[str],
    aims: bool,
) -> list[_Cell]:
    """The stretches that give a side's figure, in the order of the clauses; `keys` are the words of the attribute."""
    found = []
    for row in rows:
        clause = context.store.clauses[row]
        if clause.kind in ("notice", "row"):
            continue
        lead = compact(" ".join((*clause.path, clause.text[:24])))
        for start, stop in split_sentences(clause.text):
            flat = flatten(clause.text[start:stop])
            year = context.year_of(row, start) or ""
            past = bool(_PAST.search(flat)) and not year
            if aims and past:
                continue
            for part in _parts(flat, name, other, lead, year):
                wanted = years or _YEAR.findall(name)
                if wanted and not any(y in part or (y == year and not _YEAR.search(part)) for y in wanted):
                    continue
                if (said := _figure(part, keys, lead)) is not None:
                    found.append(_Cell(clause, start, stop, said))
                    break
            else:
                continue
            break
    return found


def _parts(flat: str, name: str, other: str, lead: str, year: str) -> Iterator[str]:
    """The stretches of a sentence that are said of a side: from its name to the other's; all where its heading or its
    target year names it and the other is not named."""
    at = flat.find(name)
    if at >= 0:
        end = flat.find(other, at)
        begin = flat.rfind(other, 0, at)
        yield flat[at : end if end > at else len(flat)]
        if begin < 0 and end < 0:
            yield flat
    elif other not in flat and (name in lead or (year and name.startswith(year))):
        yield flat


def _figure(part: str, keys: Sequence[str], lead: str) -> str | None:
    """The half-sentence with the attribute and a figure behind it; the attribute may be named by the heading."""
    for half in _HALF.split(part):
        ends = [half.find(key) + len(key) for key in keys if key in half]
        if not ends or not all(key in part or key in lead for key in keys):
            continue
        if any(own.unit or "%" in half for own in quantities.quantities(half[max(ends) :])):
            return half.strip()
    return None


def _known(context: Context, rows: Sequence[int], name: str) -> bool:
    held = (context.store.clauses[row] for row in rows)
    return any(name in compact(" ".join((*clause.path, clause.text))) for clause in held)
