"""How the page looks: what Gradio is launched with. System fonts, one theme by day and night, nothing from a
network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.themes import Base, Color

_HERE = Path(__file__).parent
STYLES = ("style.css", "ask.css", "library.css")  # later ones win
WHOLE = ("dark.css", "print.css")  # of the whole page, where Gradio keeps STYLES within its own container
SCRIPTS = ("page.js", "ask.js", "keys.js", "reader.js")
_SANS = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif"]
_NAVY = Color(
    name="navy", c50="#f2f5f9", c100="#e3e9f1", c200="#c8d3e2", c300="#9db0c9", c400="#6683a8", c500="#2b5284",
    c600="#23466f", c700="#1b3a5f", c800="#152d4a", c900="#102338", c950="#0b1828",
)  # fmt: skip


def launch_options() -> dict[str, Any]:
    """Keyword arguments of Blocks.launch that make the page ours."""
    return {
        "theme": _theme(),
        "css": "\n".join(map(_read, STYLES)),
        "head": "".join(f"<style>{_read(name)}</style>" for name in WHOLE)
        + "".join(f"<script>{_read(name)}</script>" for name in SCRIPTS),
        "favicon_path": str(_HERE / "seal.svg"),
        "footer_links": [],
        "run_history": False,
        "quiet": True,
        "ssr_mode": False,
        "pwa": False,
        "enable_monitoring": False,
        "share": False,
    }


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _theme() -> Base:
    theme = Base(primary_hue=_NAVY, neutral_hue=gr.themes.colors.slate, font=_SANS, font_mono=["monospace"])
    theme.set(
        body_background_fill="#f3f5f8", body_text_color="#1c2430", body_text_color_subdued="#55606e",
        block_background_fill="#ffffff", block_border_color="#d9dfe7", border_color_primary="#d9dfe7",
        block_label_text_color="#4a5563", block_info_text_color="#55606e", input_background_fill="#ffffff",
        input_border_color="#b9c2ce", input_border_width="1px", input_placeholder_color="#66717f",
        input_border_color_focus="#2b5284", input_shadow_focus="0 0 0 3px #c8d3e2",
        button_primary_background_fill="*primary_500", button_primary_background_fill_hover="*primary_700",
        button_primary_text_color="#ffffff", button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_hover="#e3e9f1", button_secondary_border_color="#b9c2ce",
        button_secondary_text_color="#1c2430", button_border_width="1px",
    )  # fmt: skip
    # One set of colours: where the system prefers dark, dark.css turns the whole page round, and half of it never.
    for name in [name for name in vars(theme) if name.endswith("_dark")]:
        setattr(theme, name, getattr(theme, name.removesuffix("_dark")))
    return theme
