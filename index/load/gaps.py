"""What a file holds and its lines do not, as phrases. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def of_pages(pages: Iterable[int], phrase: str) -> tuple[str, ...]:
    """(“第 2—4、9 页” and the phrase,), or nothing where there are no such pages."""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    told = "、".join(str(a) if a == b else f"{a}—{b}" for a, b in runs)
    return (f"第 {told} 页{phrase}",) if runs else ()
