"""`python -m models`: what `make setup` runs."""

from index.cli import run
from models.fetch import app

if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
