"""What was fitted to data about a reader's scores: how likely an answer is, when to refuse, when to conclude.

One file, `calibration.json`, written by `python -m eval calibrate` and keyed by the digests of the encoder and the
reader it was fitted for: with any other, nothing is refused on a score and nothing is concluded from one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import ModelError

FILE = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model of “the best clause answers”, and thresholds on what it says (conformal by sort of question:
    Vovk et al. 2005, Mondrian)."""

    encoder: str  # digest
    reader: str  # digest
    weights: dict[str, float]  # signal → weight, of the signal as it is
    intercept: float
    refuse_below: dict[str, float]  # by sort of question: below it stand a share `risk` of the answerable ones
    conclude_from: dict[str, float]  # by sort of question: from it on a reply in the clause's own words is given
    foreign_below: float  # cosine of the best sentence, below which a question that shares no wording is from elsewhere
    order: float  # what one unit of log-odds weighs in the order of clauses, in units of a ranking’s scores
    fitted: dict  # on what, with which risks and figures

    def confidence(self, signals: Mapping[str, float]) -> float:
        """0 to 1: how likely the best clause answers."""
        told = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, told))))

    def save(self, file: Path = FILE) -> None:
        """Write the file."""
        told = asdict(self)
        text = json.dumps(told | {"sha256": _digest(told)}, ensure_ascii=False, indent=1)
        file.write_text(text + "\n", encoding="utf-8")


def load(encoder: str, reader: str, file: Path = FILE) -> Calibration | None:
    """The calibration for these digests; None where the file is of others, or there is none yet."""
    found = _read(file)
    return found if found is not None and (found.encoder, found.reader) == (encoder, reader) else None


def foreign_threshold(encoder: str, file: Path = FILE) -> float:
    """The cosine below which a question is from elsewhere, for this encoder; 0, below all, for any other."""
    found = _read(file)
    return found.foreign_below if found is not None and found.encoder == encoder else 0.0


def _digest(told: dict) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _read(file: Path) -> Calibration | None:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if told.pop("sha256", None) != _digest(told):
            raise ValueError("sha256 不符")
        return Calibration(**told)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"校准文件 {file} 已损坏（{error}）。请运行：python -m eval calibrate") from error
