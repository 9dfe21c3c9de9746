"""Scores the product's public pipeline: retrieval, answers, citations, refusals, seconds."""
