"""A file for the browser to save, made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder

# The button holds the file by now; a browser saves what a link of its own names.
_SAVE = "() => tw.save('%s')"


@dataclass(frozen=True, slots=True)
class Download:
    """A hidden button that hands a file over."""

    button: gr.DownloadButton
    room: Path  # where the files may lie: what is there may be sent

    def on(self, event: Callable, make: Callable, inputs: Sequence) -> None:
        """Have an event make a file (its path is what `make` returns) and the browser save it."""
        event(
            make, list(inputs) or None, [self.button], show_progress="hidden", api_visibility="private", queue=True
        ).success(None, None, None, js=_SAVE % self.button.elem_id)


def download(name: str) -> Download:
    """To be made inside an open Gradio layout."""
    button = gr.DownloadButton("下载", visible="hidden", elem_id=f"save-{name}")
    return Download(button, Path(get_upload_folder()) / "tiaowen")
