"""Normalised stretches found again in the text as printed, for highlighting. Pure."""

from __future__ import annotations

import re
import unicodedata

_DASH = "—–―─-－~～"


def locate(text: str, flat: str, begin: int = 0) -> tuple[int, int] | None:
    """Span of the first occurrence, from `begin` on, of a stretch of rag.verification.facts.flatten(text); None where
    it is not there.

    White space and character width may differ between the two; of a text's own stretches only those that
    normalisation rewrote (〔 to [) are not found.
    """
    pattern = re.compile(r"\s*".join(map(_either, flat)))
    match = pattern.search(text, begin)
    return match.span() if match else None


def _either(character: str) -> str:
    if character in _DASH:
        return f"[{re.escape(_DASH)}]+"
    wide = {chr(code) for code in range(0xFF01, 0xFF5F) if unicodedata.normalize("NFKC", chr(code)) == character}
    return f"[{re.escape(''.join({character, *wide}))}]"
