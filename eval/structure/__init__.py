"""The router and the structured answers measured on invented questions: `python -m eval.structure`."""
