"""Characters in a picture, by RapidOCR: its models come in its wheel, nothing is fetched.

One recogniser a process: its three networks take half a second to open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
_FINDING = 1280  # dots of the longer side at which lines are looked for: 10-point type is 15 high
_UPSIDE_DOWN = 0.9  # confidence


class Unavailable(Exception):
    """RapidOCR is not installed, or its models are not."""


@dataclass(frozen=True, slots=True)
class Words:
    """One recognised line: each character with its middle as a share of the line's width, and how sure it is."""

    characters: tuple[tuple[str, float, float], ...]
    score: float


class Recogniser:
    """Finds lines in a picture (uint8 [height, width, 3], blue first) and reads them."""

    def __init__(self, threads: int) -> None:
        from index.onnx_runtime import onnx_runtime

        try:
            onnx_runtime()
            import numpy as np
            import rapidocr

            # Models named by their path are opened or refused; without one RapidOCR would try to fetch what is missing.
            held = Path(rapidocr.__file__).parent / "models"
            self._engine = rapidocr.RapidOCR(
                params={
                    "Global.log_level": "critical",
                    "Global.max_side_len": 4000,
                    "Global.text_score": 0.0,
                    "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                }
                | {f"{part}.model_path": str(held / name) for part, name in _MODELS.items()}
            )
            # Its networks are opened at first use: they are used here, so that one that is missing is found at once.
            blank = np.full((48, 96, 3), 255, np.uint8)
            self.find(blank), self.upside_down([blank]), self.read([blank])
        except Exception as error:  # an import or a model that fails in any way: scans stay unread, and are named
            raise Unavailable from error

    def find(self, picture: Any) -> Any:
        """The lines as float quadrilaterals [n, 4, 2] (top left, top right, bottom right, bottom left)."""
        import cv2
        import numpy as np

        height, width = picture.shape[:2]
        scale = min(1.0, _FINDING / max(height, width))
        small = picture if scale == 1 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found = self._engine(small, use_det=True, use_cls=False, use_rec=False)
        boxes = getattr(found, "boxes", None)
        return np.zeros((0, 4, 2)) if boxes is None else np.asarray(boxes, dtype=float).reshape(-1, 4, 2) / scale

    def upside_down(self, lines: Sequence[Any]) -> bool:
        """Whether most of these pictures of lines stand on their heads."""
        result = self._engine.cls_and_rotate([line.copy() for line in lines])[1]
        told = [label for label, score in result.cls_res or () if score >= _UPSIDE_DOWN]
        return len(told) > 0 and sum(label == "180" for label in told) * 2 > len(lines)

    def read(self, lines: Sequence[Any]) -> list[Words]:
        """What each picture of a line says."""
        if not lines:
            return []
        self._engine.return_word_box = True
        found = self._engine.recognize_txt(list(lines))
        return [
            _words(text, info, float(score))
            for text, info, score in zip(found.txts, found.word_results, found.scores, strict=True)
        ]


def _words(text: str, info: Any, score: float) -> Words:
    """RapidOCR tells columns of the characters that are not blank, and confidences of all."""
    columns = [column for word in info.word_cols or () for column in word]
    length = float(info.line_txt_len or 1)
    characters: list[tuple[str, float, float]] = []
    at = 0
    for place, character in enumerate(text):
        sure = float(info.confs[place]) if place < len(info.confs) else score
        if character.isspace():
            middle = characters[-1][1] if characters else 0.0
            characters.append((" ", middle, sure))
        elif at < len(columns):
            characters.append((character, min((columns[at] + 0.5) / length, 1.0), sure))
            at += 1
    return Words(tuple(characters), score)


@lru_cache(maxsize=1)
def recogniser(threads: int) -> Recogniser:
    """The process's own; Unavailable where it cannot be had."""
    return Recogniser(threads)
