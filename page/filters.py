"""The filter panel that the tabs share: components in, Filters out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import gradio as gr

from index.schema import Document
from rag.collection import collections
from rag.schema import Filters
from rag.status import LABEL

ANY = "不限"
_STATUSES = {label: value for value, label in LABEL.items()}


def panel(documents: Sequence[Document], elem_id: str) -> list:
    """Components whose values `filters` takes in this order; to be made inside an open Gradio layout."""
    with gr.Row(elem_classes="tw-filters"):
        words = gr.Textbox(
            label="题名或文号含有", max_lines=1, placeholder="如：规划", elem_id=f"{elem_id}-words", min_width=150
        )
        region = gr.Textbox(
            label="地区", max_lines=1, placeholder="如：省、市名", elem_id=f"{elem_id}-region", min_width=110
        )
        several = collections(documents)
        picks = [
            words,
            region,
            _choice("层级", (d.level for d in documents)),
            _choice("发文机关", (issuer for d in documents for issuer in d.issuers)),
            _choice("文种", (d.kind for d in documents)),
            _choice("成文年份", ((d.issued_on or "")[:4] for d in documents)),
            _choice("时效", _STATUSES, ordered=True),
        ]
        # A choice only where there is more than one.
        return picks + ([_choice("文件集", several, ordered=True)] if several else [])


def _choice(label: str, values: Iterable[str | None], ordered: bool = False) -> gr.Dropdown:
    found = list(values) if ordered else sorted({value for value in values if value})
    return gr.Dropdown([ANY, *found], value=ANY, label=label, min_width=110)


def filters(
    words: str, region: str, level: str, issuer: str, kind: str, year: str, status: str, collection: str | None = None
) -> Filters:
    """What the panel's values narrow a search to."""

    def chosen(value: str | None) -> str | None:
        value = (value or "").strip()
        return None if value in ("", ANY) else value

    return Filters(
        document=chosen(words),
        level=chosen(level),
        issuer=chosen(issuer),
        region=chosen(region),
        kind=chosen(kind),
        year=int(year) if chosen(year) else None,
        status=_STATUSES.get(status),
        collection=chosen(collection),
    )


def in_words(chosen: Filters) -> str:
    """The filters as a reader would say them; empty where nothing is narrowed."""
    named = (
        chosen.document and f"题名或文号含“{chosen.document}”",
        chosen.region,
        chosen.level,
        chosen.issuer,
        chosen.kind,
        chosen.year and f"{chosen.year}年成文",
        chosen.status and LABEL[chosen.status],
        chosen.collection and f"文件集“{chosen.collection}”",
    )
    return "、".join(name for name in named if name)
