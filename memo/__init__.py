"""Answers, conversations and the clauses related to a paste as papers: Word, Markdown, and text for the clipboard."""
