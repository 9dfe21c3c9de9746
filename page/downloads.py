"""A file for the browser to save, made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

import gradio as gr
from gradio.utils import get_upload_folder


@dataclass(frozen=True, slots=True)
class Download:
    """A link out of sight that hands a file over."""

    link: gr.HTML
    room: Path  # where the files have to lie: what is there may be sent
    path: gr.State  # of the last file made

    def on(self, event: Callable, make: Callable[..., str], inputs: Sequence) -> None:
        """Have an event make a file (its path is what `make` returns) and the browser save it under its own name."""
        made = event(make, list(inputs) or None, [self.path], show_progress="hidden", api_visibility="private")
        made.success(
            lambda path: (
                f'<a href="gradio_api/file={escape(quote(path))}" download="{escape(Path(path).name)}" hidden>下载</a>'
            ),
            [self.path],
            [self.link],
            show_progress="hidden",
            api_visibility="private",
        ).success(None, None, None, js=f"() => tw.save('{self.link.elem_id}')")


def download(name: str) -> Download:
    """To be made inside an open Gradio layout."""
    link = gr.HTML("", elem_id=f"save-{name}", elem_classes="tw-saving", js_on_load=None, apply_default_css=False)
    return Download(link, Path(get_upload_folder()) / "tiaowen", gr.State(""))
