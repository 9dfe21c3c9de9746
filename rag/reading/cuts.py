"""A clause's text → the windows a reader takes, each a run of whole sentences. Pure.

A reader's time grows with what it reads, so long clauses are read in windows; they overlap by a sentence, since a
figure and what it is a figure of often stand in neighbouring ones.
"""

from __future__ import annotations

from index.sentences import split_sentences

WINDOW = 170  # characters: some 110 tokens, which two cores read in 40 ms


def windows(text: str, longest: int = WINDOW) -> list[tuple[int, int]]:
    """(start, stop) of each window, in order, covering every sentence; a sentence longer than `longest` is cut."""
    pieces = [piece for span in split_sentences(text) for piece in _pieces(*span, longest)]
    found: list[tuple[int, int]] = []
    first = 0
    while first < len(pieces):
        last = first
        while last + 1 < len(pieces) and pieces[last + 1][1] - pieces[first][0] <= longest:
            last += 1
        found.append((pieces[first][0], pieces[last][1]))
        if last + 1 == len(pieces):
            break
        # The last sentence is read again with the next, where both fit into one window.
        first = last if last > first and pieces[last + 1][1] - pieces[last][0] <= longest else last + 1
    return found


def _pieces(start: int, stop: int, longest: int) -> list[tuple[int, int]]:
    return [(place, min(place + longest, stop)) for place in range(start, stop, longest)]
