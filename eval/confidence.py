"""What a pipeline's confidence in its answers is worth: whether the sure ones are right, and as often as it says. Pure.

Every function takes confidence and right (0 or 1) as arrays [..., n] of n questions, and gives a figure for each row:
resamples are rows (stats.Sample).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

BINS = 10  # of the calibration error, equally wide


def risks(confidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Share of wrong answers among the 1, 2, … n most confident ones, [..., n]: risk by coverage.

    El-Yaniv & Wiener 2010. Equal confidences come in no order: each of them adds their mean.
    """
    import numpy as np

    order = np.argsort(-confidence, axis=-1, kind="stable")
    sorted_, wrong = (np.take_along_axis(a, order, -1) for a in (confidence, 1 - right))
    places = np.arange(wrong.shape[-1])
    new = np.ones(wrong.shape, bool)
    new[..., 1:] = sorted_[..., 1:] != sorted_[..., :-1]
    first = np.maximum.accumulate(np.where(new, places, 0), -1)
    ends = np.roll(new, -1, -1)  # the first place is always new, so the last always ends
    last = np.minimum.accumulate(np.where(ends, places, places[-1])[..., ::-1], -1)[..., ::-1]
    so_far = np.cumsum(wrong, -1)
    before, after = (np.take_along_axis(so_far - less, at, -1) for less, at in ((wrong, first), (0, last)))
    return (before + (after - before) * (places - first + 1) / (last - first + 1)) / (places + 1)


def aurc(confidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Area under risk by coverage, the mean of the curve (Geifman & El-Yaniv 2017)."""
    return risks(confidence, right).mean(-1)


def ece(confidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Expected calibration error: |mean confidence − share right| over BINS bins, weighed by their sizes (Guo et al.
    2017). Of few questions it is too high: chance parts the two in every bin."""
    own = _bins(confidence, BINS)
    gaps = [abs(((confidence - right) * (own == number)).sum(-1)) for number in range(BINS)]
    return sum(gaps) / confidence.shape[-1]


def reliability(confidence: np.ndarray, right: np.ndarray, count: int) -> list[tuple[float, int, int]]:
    """(mean confidence, right answers, questions) of each of `count` bins that is not empty; of one row."""
    own = _bins(confidence, count)
    chosen = [own == number for number in range(count) if (own == number).any()]
    return [(float(confidence[these].mean()), int(right[these].sum()), int(these.sum())) for these in chosen]


def _bins(confidence: np.ndarray, count: int) -> np.ndarray:
    """The number of each confidence's bin, of `count` equally wide ones over 0 to 1."""
    import numpy as np

    return np.minimum((confidence * count).astype(int), count - 1)
