"""Answers, conversations and a paste's neighbourhood as papers: Word, Markdown, and text for the clipboard."""
