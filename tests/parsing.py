"""What the parser's tests share: a text as a reader would hand it over, and texts without blanks."""

import unicodedata

from index.parse import parse
from index.schema import Line, RawText


def raw(text, file="x.txt"):
    return RawText(file, tuple(Line(row, n) for n, row in enumerate(text.splitlines(), 1)), "digest")


def parsed(text, file="x.txt"):
    """The only document of `text`."""
    (found,) = parse(raw(text, file))
    return found


def bare(text):
    return "".join(text.split())


def folded(text):
    return bare(unicodedata.normalize("NFKC", text))


def clause(document, opening):
    """The clause that opens with these words."""
    return next(c for c in document.clauses if bare(c.text).startswith(bare(opening)))
