"""The flat form texts are compared in, where a stretch of it stands in the text as printed, and the part of a sentence
a place lies in. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DASHES = "—–―─-－~～"
# Characters that one text may have where another has one of its line; the brackets of a 文号 may be round ones as well.
_ALIKE = ("[［〔【", "]］〕】", "(（", ")）", "<＜〈", ">＞〉", ":：∶", ",，")
_REMEMBERED = 4096  # texts kept in flat form: a question looks at the same few hundred from several sides
_ROUND = {"[": "(（", "]": ")）"}


@lru_cache(_REMEMBERED)
def flatten(text: str) -> str:
    """NFKC without white space, brackets of 文号 made [], dashes made one: the form all entities are compared in."""
    flat = "".join(unicodedata.normalize("NFKC", text).split())
    flat = flat.replace("〔", "[").replace("〕", "]").replace("〈", "<").replace("〉", ">").replace("∶", ":")
    flat = re.sub(r"(?<=[一-鿿])\((\d{4})\)(?=\d+号)", r"[\1]", flat)
    flat = re.sub(r"[—–―─-]+", "—", flat)
    return re.sub(r"(?<=\d)—(?=\d{1,2}—\d{1,2}(?!\d))|(?<=\d{4}—\d{2})—(?=\d{1,2}(?!\d))", "-", flat)


def locate(text: str, words: str, begin: int = 0) -> tuple[int, int] | None:
    """Span of the first occurrence, from `begin` on, of words that are flat or printed elsewhere; None where there is
    none. White space, character width, dashes and the brackets of a 文号 may differ."""
    match = re.compile(r"\s*".join(map(_either, words))).search(text, begin)
    return match.span() if match else None


def part(text: str, at: int, stops: re.Pattern[str]) -> tuple[int, int]:
    """Span of the part of a text in which place `at` lies, between two of `stops`: a half-sentence between commas."""
    start = max((match.end() for match in stops.finditer(text, 0, at)), default=0)
    end = stops.search(text, at)
    return start, end.start() if end else len(text)


@lru_cache(8192)
def _either(character: str) -> str:
    """A pattern for all that may be printed for one character."""
    if character in _DASHES:
        return rf"[{re.escape(_DASHES)}](?:\s*[{re.escape(_DASHES)}])*"
    for alike in _ALIKE:
        if character in alike:
            return f"[{re.escape(alike + _ROUND.get(alike[0], ''))}]"
    wide = {chr(code) for code in range(0xFF01, 0xFF5F) if unicodedata.normalize("NFKC", chr(code)) == character}
    return f"[{re.escape(''.join({character, *wide}))}]"
