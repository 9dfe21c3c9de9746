"""An answer as a text that stands alone: a line a sentence, what to mind, a footnote for each citation. Pure."""

from __future__ import annotations

from rag.schema import Answer, Citation


def told(answer: Answer) -> str:
    """The text; its [n] marks are those of the contract's citations."""
    parts = ["\n".join(sentence.marked for sentence in answer.sentences)]
    if answer.notes:
        parts.append("\n".join(f"注意：{note}" for note in answer.notes))
    if answer.citations:
        parts.append("\n".join(map(_footnote, answer.citations)))
    return "\n\n".join(parts)


def _footnote(citation: Citation) -> str:
    source = [f"《{citation.document.title}》{citation.document.doc_no or ''}", " › ".join(citation.clause.path)]
    return f"[{citation.n}] {'　'.join(part for part in source if part)}：“{citation.quote}”"
