"""A pasted sentence beside a clause's: what both say, and what they say differently. Pure; everything is escaped
here."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape

from page.html import lines
from rag.schema import Hit

_BLOCK = 4  # characters that must agree in a row to be shown as shared
_SHOWN = 6  # differences named below the two

Span = tuple[int, int]


def side_by_side(hit: Hit) -> str:
    """The paste's sentence and the clause's, shared wording and differences marked; nothing without both."""
    if not hit.pasted or not hit.quote or hit.pasted == hit.quote:
        return ""
    ours, theirs = _shared(hit.pasted, hit.quote)
    mine, other = _differing(hit)
    named = "".join(
        f"<li><b>{escape(d.kind)}</b>{escape(d.what)}"
        f"：<del>{escape(_said(hit.unit, d.ours))}</del><ins>{escape(_said(hit.clause.text, d.theirs))}</ins></li>"
        for d in hit.differences[:_SHOWN]
    )
    return (
        '<div class="tw-sides">'
        f"<div><h4>粘贴的条款</h4><p>{_marked(hit.pasted, ours, mine)}</p></div>"
        f"<div><h4>本条</h4><p>{_marked(hit.quote, theirs, other)}</p></div></div>"
        + (f'<ul class="tw-differences">{named}</ul>' if named else "")
    )


def _said(text: str, span: Span) -> str:
    return text[slice(*span)] or "（未写）"


def _shared(ours: str, theirs: str) -> tuple[list[Span], list[Span]]:
    """Stretches that stand in both, in order."""
    blocks = [b for b in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks() if b.size >= _BLOCK]
    return [(b.a, b.a + b.size) for b in blocks], [(b.b, b.b + b.size) for b in blocks]


def _differing(hit: Hit) -> tuple[list[Span], list[Span]]:
    """The differences that lie within the two sentences, as spans of them."""
    pasted, quote = hit.pasted or "", hit.quote or ""
    at, place = hit.unit.find(pasted), hit.clause.text.find(quote)
    return (
        [(a - at, b - at) for a, b in (d.ours for d in hit.differences) if at <= a < b <= at + len(pasted)],
        [
            (a - place, b - place)
            for a, b in (d.theirs for d in hit.differences)
            if place <= a < b <= place + len(quote)
        ],
    )


def _marked(text: str, shared: Sequence[Span], differing: Sequence[Span]) -> str:
    """The text with both kinds of spans; a difference wins over what is shared."""
    kinds = [""] * len(text)
    for kind, spans in (("same", shared), ("other", differing)):
        for start, stop in spans:
            kinds[start:stop] = [kind] * (stop - start)
    parts, start = [], 0
    for place in range(1, len(text) + 1):
        if place == len(text) or kinds[place] != kinds[start]:
            piece = lines(text[start:place])
            parts.append(f'<mark class="{kinds[start]}">{piece}</mark>' if kinds[start] else piece)
            start = place
    return "".join(parts)
