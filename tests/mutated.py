"""Sound files spoilt by rule, from a seed: cut, flipped, doubled, swapped, filled; of packed formats their parts too."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

Maker = Callable[[bytes, random.Random], bytes]


def cut(data: bytes, rng: random.Random) -> bytes:
    """Without its end."""
    return data[: rng.randrange(len(data))]


def headless(data: bytes, rng: random.Random) -> bytes:
    """Without its beginning."""
    return data[rng.randrange(1, 200) :]


def flipped(data: bytes, rng: random.Random) -> bytes:
    """Some bytes are others."""
    spoilt = bytearray(data)
    for _ in range(rng.choice((1, 8, 64, 500))):
        spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
    return bytes(spoilt)


def emptied(data: bytes, rng: random.Random) -> bytes:
    """A stretch is zero."""
    start = rng.randrange(len(data))
    stop = min(len(data), start + rng.randrange(1, 2000))
    return data[:start] + bytes(stop - start) + data[stop:]


def doubled(data: bytes, rng: random.Random) -> bytes:
    """A stretch stands there many times."""
    start = rng.randrange(len(data))
    piece = data[start : start + rng.randrange(1, 400)]
    return data[:start] + piece * rng.randrange(2, 60) + data[start:]


def swapped(data: bytes, rng: random.Random) -> bytes:
    """Two halves exchanged."""
    at = rng.randrange(len(data))
    return data[at:] + data[:at]


def numbers(data: bytes, rng: random.Random) -> bytes:
    """Some of its figures are large, negative or nothing."""
    new = (b"-1", b"0", b"999999999", b"", b"1e9", b"65536")
    return re.sub(rb"\d+", lambda m: rng.choice(new) if rng.random() < 0.05 else m[0], data)


MAKERS: tuple[Maker, ...] = (cut, headless, flipped, emptied, doubled, swapped, numbers)


def repacked(data: bytes, rng: random.Random) -> bytes:
    """One part of a packed file spoilt, the packing sound."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = [name for name in packed.namelist() if packed.getinfo(name).file_size]
        chosen = rng.choice(names)
        for name in names:
            part = packed.read(name)
            new.writestr(name, rng.choice(MAKERS)(part, rng) if name == chosen else part)
    return out.getvalue()


def mutants(data: bytes, count: int, rng: random.Random) -> list[bytes]:
    """`count` spoilt copies."""
    makers = [*MAKERS, *([repacked] * len(MAKERS) if data.startswith(b"PK") else [])]
    return [rng.choice(makers)(data, rng) for _ in range(count)]
