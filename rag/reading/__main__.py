"""`python -m rag.reading`: make the reader ready, so that no question waits for it."""

from __future__ import annotations

from index.cli import run
from index.settings import load_settings
from rag.reading.reader import open_reader


def main() -> None:
    """Export the reader of the settings, if that has not been done."""
    open_reader(load_settings())


if __name__ == "__main__":
    run(main)
