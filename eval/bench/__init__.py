"""Seconds and memory of every part on this machine: `python -m eval.bench`."""
