"""Answers from what documents are made of: headings, lists, tables and the documents themselves."""
