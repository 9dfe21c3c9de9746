"""The vectors of a generation's clauses: read once by the model, found again in the old generation or the journal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.stretches import bounds, stretches
from index.token_index import Tokens

if TYPE_CHECKING:
    import numpy as np

    from index.dense import Dense
    from index.encoder import Encoder
    from index.journal import Journal
    from index.store import Store
    from index.whitening import Whitening

Progress = Callable[[str, int, int], None]  # (what is being done, done so far, of how many)
_FITTED = 500_000  # characters whose token states are kept in memory until their whitening is known
_KEPT = 100_000  # characters read between two entries in the journal: what a kill costs


@dataclass(frozen=True, slots=True)
class Rows:
    """The clauses of a new generation, in row order."""

    texts: Sequence[str]  # what is embedded and tokenised
    keys: Sequence[str]  # of the text and how it is cut
    spans: Sequence[Sequence[tuple[int, int]]]  # sentences, as stretches of the text
    origin: Sequence[int]  # the row of the old generation that holds the same; -1 where none does


def read(
    model: Encoder, rows: Rows, old: Store | None, journal: Journal, progress: Progress
) -> tuple[Whitening | None, int]:
    """(the whitening of the tokens, number of clauses read now): into the journal what neither it nor `old` holds."""
    journal.read_with(model.digest, "" if old is None else old.folder.name)
    token_index = None if old is None else old.token_index
    whitening = journal.whitening() if token_index is None else token_index.whitening
    wanted = {key: row for row, key in enumerate(rows.keys) if old is None or rows.origin[row] < 0}
    known = journal.known(list(wanted))
    missing = [row for key, row in wanted.items() if key not in known]
    done = 0
    for number, some in enumerate(_parts(missing, rows.texts, fit=old is None and not known)):

        def told(more: int, before: int = done) -> None:
            progress("计算向量", before + more, len(missing))

        told(0)
        texts, spans = [rows.texts[row] for row in some], [rows.spans[row] for row in some]
        if old is None and not known and number == 0:
            found, whitening = model.read_and_fit(texts, spans, told)
            journal.keep_whitening(whitening)
        else:
            found = model.read_passages(texts, spans, whitening, told)
        journal.keep([rows.keys[row] for row in some], found)
        done += len(some)
    return whitening, len(missing)


def _parts(missing: Sequence[int], texts: Sequence[str], *, fit: bool) -> list[list[int]]:
    """Rows to be read in turn; of a first build the first part is a cross-section to fit the whitening to."""
    parts: list[list[int]] = []
    rest = list(missing)
    if fit and missing:
        every = math.ceil(sum(len(texts[row]) for row in missing) / _FITTED)
        parts.append(rest[::every])
        del rest[::every]
    size = _KEPT
    for row in rest:
        if size >= _KEPT:
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += len(texts[row])
    return parts


def fill(dense: Dense, rows: Rows, old: Store | None, journal: Journal) -> list[Tokens]:
    """Put the vectors of clauses and sentences into `dense`; the tokens of each clause, where the model gives any."""
    import numpy as np

    first = np.concatenate([[0], np.cumsum([len(own) for own in rows.spans])])
    heads, parts = dense.clause_vectors(), dense.sentence_vectors()
    tokens: dict[int, Tokens] = {}
    rows_of: dict[str, list[int]] = {}
    kept = []
    for row, key in enumerate(rows.keys):
        if old is None or rows.origin[row] < 0:
            rows_of.setdefault(key, []).append(row)
        else:
            kept.append(row)
    if old is not None and kept:
        at, here = np.array([rows.origin[row] for row in kept]), np.array(kept)
        _copy(old.dense.clause_vectors(), at, heads, here)
        of_old, of_new = bounds(old.dense.owner, at), (first[here], first[here + 1])
        _copy(old.dense.sentence_vectors(), stretches(*of_old), parts, stretches(*of_new))
        dense.keep_cells(old.dense, stretches(*of_old), stretches(*of_new))
        if old.token_index is not None:
            tokens |= {row: old.token_index.of_clause(rows.origin[row]) for row in kept}
    for key, reading in journal.readings(list(rows_of)):
        for row in rows_of[key]:
            heads[row], parts[first[row] : first[row + 1]] = reading.head, reading.parts
            if reading.tokens is not None:
                tokens[row] = reading.tokens
    return [tokens[row] for row in sorted(tokens)]


def _copy(source: np.ndarray, at: np.ndarray, target: np.ndarray, here: np.ndarray) -> None:
    """target[here] = source[at], run by run: most of a corpus stays as it was, in one long run."""
    import numpy as np

    breaks = np.flatnonzero((np.diff(at) != 1) | (np.diff(here) != 1)) + 1
    for begin, end in zip([0, *breaks], [*breaks, len(at)], strict=True):
        if end > begin:
            target[here[begin] : here[begin] + end - begin] = source[at[begin] : at[begin] + end - begin]


def titles(model: Encoder, wanted: Sequence[str], whitening: Whitening, old: Store | None) -> list[Tokens]:
    """The words of each title; those that `old` holds are not read again."""
    known: dict[str, Tokens | None] = {}
    if old is not None and old.token_index is not None:
        known |= {d.title: old.token_index.of_title(row) for row, d in enumerate(old.documents.values())}
    new = list(dict.fromkeys(title for title in wanted if title not in known))
    found = model.read_passages(new, [[(0, len(title))] for title in new], whitening)
    known |= zip(new, (reading.tokens for reading in found), strict=True)
    return [tokens for title in wanted if (tokens := known[title]) is not None]
