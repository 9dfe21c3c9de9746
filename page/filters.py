"""What a search can be narrowed by, in one table: the panels of the tabs, the chips above the question box, Filters and
their words are all made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import gradio as gr

from index.errors import BadInput
from index.schema import Document
from rag.collection import collections
from rag.schema import Filters
from rag.status import LABEL

ANY = "不限"
_STATUSES = {label: value for value, label in LABEL.items()}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to narrow by."""

    name: str  # of Filters
    label: str
    choices: Callable[[Sequence[Document]], Iterable[str | None]] | None = None  # None: typed
    told: Callable[[str | int], str] = str  # a value as a reader would say it
    read: Callable[[str], str | int | None] = str  # what was chosen, as Filters has it
    hint: str = ""
    ordered: bool = False  # the choices stand as they come

    def options(self, documents: Sequence[Document]) -> list[str]:
        found = list(self.choices(documents)) if self.choices else []
        return [value for value in found if value] if self.ordered else sorted({value for value in found if value})


FIELDS = (
    Field("document", "题名或文号含有", told=lambda words: f"题名或文号含“{words}”", hint="如：规划"),
    Field("region", "地区", hint="如：省、市名"),
    Field("level", "层级", lambda documents: (d.level for d in documents)),
    Field("issuer", "发文机关", lambda documents: (issuer for d in documents for issuer in d.issuers)),
    Field("kind", "文种", lambda documents: (d.kind for d in documents)),
    Field(
        "year",
        "成文年份",
        lambda documents: ((d.issued_on or "")[:4] for d in documents),
        told=lambda year: f"{year}年成文",
        read=int,
    ),
    Field(
        "status", "时效", lambda _: _STATUSES, told=lambda value: LABEL[str(value)], read=_STATUSES.get, ordered=True
    ),
    Field("collection", "文件集", collections, told=lambda name: f"文件集“{name}”", ordered=True),
)


def panel(documents: Sequence[Document], elem_id: str) -> list:
    """A component a field, whose values `filters` takes in this order; to be made inside an open Gradio layout."""
    with gr.Row(elem_classes="tw-filters"):
        return [_component(field, field.options(documents), elem_id) for field in FIELDS]


def _component(field: Field, options: Sequence[str], elem_id: str) -> gr.Dropdown | gr.Textbox:
    """A field of the panel; one with nothing to choose from is there, for its place, but not seen."""
    if field.choices is not None:
        return gr.Dropdown([ANY, *options], value=ANY, label=field.label, min_width=110, visible=bool(options))
    return gr.Textbox(
        label=field.label,
        max_lines=1,
        placeholder=field.hint,
        elem_id=f"{elem_id}-{'words' if field.name == 'document' else field.name}",
        min_width=130,
    )


def filters(*picked: str | None) -> Filters:
    """What the panel's values narrow a search to."""
    chosen: dict[str, Any] = {
        field.name: field.read(value)
        for field, given in zip(FIELDS, picked, strict=True)
        if (value := (given or "").strip()) not in ("", ANY)
    }
    return Filters(**chosen)


def scope(chosen: Mapping[str, str | int]) -> Filters:
    """Filters of the fields that are set, as they are sent and kept; BadInput for what no field has."""
    known = {field.name: field for field in FIELDS}
    try:
        return Filters(**cast("dict[str, Any]", {name: known[name].read(str(value)) for name, value in chosen.items()}))
    except (KeyError, ValueError) as error:
        raise BadInput("所选范围有误，请在“限定文件范围”中重新选择") from error


def restored(kept: Mapping[str, str | int]) -> Filters:
    """Filters as the desk keeps them; a field that there is no longer is left out."""
    return Filters(**cast("dict[str, Any]", {n: value for n, value in kept.items() if n in Filters.__slots__}))


def in_words(chosen: Filters) -> str:
    """The filters as a reader would say them; empty where nothing is narrowed."""
    return "、".join(field.told(value) for field in FIELDS if (value := getattr(chosen, field.name)) is not None)
