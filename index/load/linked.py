"""The footnotes of a web page: a short mark that links to a block further down, which links back to the mark.

So Word, LibreOffice and Markdown write them, whatever they call their classes. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_MARK = re.compile(r"\s*[\[［(（〔【]?\s*(?:注\s*)?(?:\d{1,3}|[*†‡]{1,3}|[①-⑳]|[ivx]{1,5}|注)\s*[\]］)）〕】]?\s*")
_BLOCKS = ("p", "div", "li", "dd", "td", "aside", "blockquote")


class Notes:
    """The notes of a parsed page: `text` by the link that refers to one, and the blocks that are notes and nothing
    else."""

    def __init__(self, root: Any) -> None:
        self.text: dict[Any, str] = {}
        self.blocks: set[Any] = set()
        named = {name: element for element in root.iter() for name in _names(element)}
        seen: set[Any] = set()
        for link in root.iter("a"):
            target = named.get(_inside(link))
            if target is None or not _MARK.fullmatch("".join(link.itertext())):
                continue
            block = _block(target)
            back = next((each for each in _links(block, target) if _near(named.get(_inside(each)), link)), None)
            if back is None or block in seen or any(above in seen for above in link.iterancestors()):
                continue
            seen.add(block)
            self.blocks.add(block)
            self.text[link] = _words(block, back, link)


def _names(element: Any) -> Iterator[str]:
    if isinstance(element.tag, str):
        yield from filter(None, (element.get("id"), element.get("name") if element.tag == "a" else None))


def _inside(link: Any) -> str:
    """The name within the page that a link leads to; "" for any other."""
    where = link.get("href") or ""
    return where[1:] if where.startswith("#") else ""


def _block(target: Any) -> Any:
    """The block that is the note: the target itself, or the one it stands in."""
    block = target
    while block.tag not in _BLOCKS and block.getparent() is not None:
        block = block.getparent()
    above = block.getparent()
    # A division of its own around the paragraphs of one note (Word: div#ftn1, LibreOffice: div#sdfootnote1).
    if block.tag == "p" and above is not None and above.tag in ("div", "li", "aside") and above.get("id"):
        if len(list(above.iter("a"))) == len(list(block.iter("a"))):
            return above
    return block


def _links(block: Any, target: Any) -> Iterator[Any]:
    if target.tag == "a":
        yield target
    yield from (link for link in block.iter("a") if link is not target)


def _near(element: Any, link: Any) -> bool:
    """Whether an element is the link, in it or right around it."""
    return element is not None and (
        element is link or element in link.iterdescendants() or element in list(link.iterancestors())[:3]
    )


def _words(block: Any, back: Any, link: Any) -> str:
    """The note without its mark and the sign that leads back."""
    whole = " ".join(_text(block, back).split())
    mark = " ".join("".join(link.itertext()).split())
    rest = whole.removeprefix(mark)
    return whole if rest[:1].isdigit() else rest.lstrip()


def _text(element: Any, without: Any) -> str:
    if element is without:
        return ""
    return (element.text or "") + "".join(_text(child, without) + (child.tail or "") for child in element)
