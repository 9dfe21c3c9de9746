"""Clauses beside a pasted one: found, labelled, their differences told."""
