"""The day for which 时效 is judged: one for the whole page, today unless the visitor sets another."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.library import Library
    from rag.live import Live

PICKED = """
element.addEventListener('change', e => {
  if (e.target.matches('.tw-day')) trigger('dated', {day: e.target.value});
});
element.addEventListener('click', e => {
  if (e.target.closest('.tw-today')) trigger('dated', {day: ''});
});"""


def at(engine: Library | Live, day: str | None) -> Any:
    """The engine to use from here on, as of the visitor's day; an empty or impossible one is today."""
    now = engine.now()
    wanted = parsed(day)
    return now if wanted is None else now.on(wanted)


def parsed(day: str | None) -> date | None:
    """An ISO date as the page's field gives it; None for any other."""
    try:
        return date.fromisoformat(day or "")
    except ValueError:
        return None


def field(as_of: date, *, chosen: bool) -> str:
    """The field in the page's head; `chosen`: the visitor has set another day than today."""
    back = '<button type="button" class="tw-today">回到今天</button>' if chosen else ""
    return (
        f'<label class="tw-asof{" chosen" if chosen else ""}">时效截至 <input type="date" class="tw-day" '
        f'value="{escape(as_of.isoformat())}" min="1949-10-01" max="2099-12-31"></label>{back}'
    )
