"""Passages of a document that speak to whoever reads or answers from it, instead of stating policy."""
