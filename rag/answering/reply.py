"""The model's part: a short direct reply from the chosen sentences, kept only as far as the clauses bear it out."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from index.addressed.passages import heading
from index.entities import quantities
from index.entities.printed import flatten
from index.terms import pairs
from rag import prompts
from rag.answering.compose import Claim
from rag.answering.contradiction import contradicted
from rag.answering.evidence import Passage, speaks_of
from rag.answering.items import counted
from rag.answering.trusted import behind
from rag.query.question import Query
from rag.verification.citations import Source, Verdict, repeats, sentences_of, strip_marks, verify

_ASKED = 200  # characters of a question that the model reads: its end, where it asks
SHORT = 80  # characters: what a reply adds beyond that, the extract says in the document's own words
LONGEST = 0.8  # of the best sentence: a reply no shorter than that only says it again
BRIEF = 40  # characters up to which the best sentence is as direct as a reply
_TOLD = frozenset(("duty", "how", "whether", "confirm"))
_ATTRIBUTED = re.compile(r"^[^，。《]{0,8}《[^》]+》(?:中|里)?(?:提到|提出|明确|规定|指出|要求)?[，,]?")
_ENDS = ("。", "！", "？", "…", ".", "）")

if TYPE_CHECKING:
    from index.schema import Clause
    from rag.context import Context


def pays(query: Query, first: str) -> bool:
    """Whether a reply can say the answer shorter than `first`, what stands there: a figure, a date, a name out of a
    long sentence. Measures, duties and yes or no are best left in the clause's words, where a summary drops items, says
    the sentence again and costs ten seconds (measured: fewer nuggets in the first 200 characters)."""
    if query.asks & _TOLD or len(first) <= BRIEF:
        return False
    return "list" not in query.asks or bool(query.asks & {"number", "when", "compare"}) or counted(query) is not None


def draft(context: Context, query: Query, chosen: Sequence[Passage]) -> Generator[str]:
    """The reply as the model writes it; nothing without a model, or where the best sentence is of little
    trust: the others would answer another question. ModelError when the model fails."""
    given = [p for p in chosen if not behind(context.store.clauses[p.clause], p.start)]
    if context.chat is None or not given or given[0] is not chosen[0]:
        return
    messages = prompts.messages("reply", question=query.text[-_ASKED:], material=_material(context, given))
    with closing(context.chat.stream(messages, context.settings.reply_tokens)) as pieces:
        yield from pieces


def checked(
    context: Context, query: Query, text: str, chosen: Sequence[Passage], concluded: Sequence[Claim]
) -> tuple[list[Claim], int]:
    """(claims for the sentences that hold, number of sentences dropped); what only says the question back is dropped
    without a word, and so is what the extract says in the same words, or what says anything else than is concluded."""
    clauses = list({p.clause: context.store.clauses[p.clause] for p in chosen}.values())
    sources = [Source(clause.text, _about(context, clause)) for clause in clauses]
    extract = "".join(context.store.clauses[p.clause].text[p.start : p.stop] for p in chosen[:1])
    kept: list[Claim] = []
    dropped = 0
    for sentence in sentences_of(text):
        said = _ATTRIBUTED.sub("", strip_marks(sentence))  # whose words they are, the citation says
        if not said or repeats(said, query.text) or said.rstrip("。") in extract[: 2 * len(said)]:
            continue
        if kept and sum(len(claim.text) for claim in kept) + len(said) > SHORT:
            break
        if len(said) > LONGEST * len(extract):
            continue
        verdict = verify(said, sources, query.text)
        borne_out = verdict.ok and _timely(context, query, said, clauses[verdict.source], verdict)
        if concluded and not agrees(said, "".join(claim.text for claim in concluded)):
            dropped += 1
        elif borne_out and not contradicted(said, _beside(clauses, clauses[verdict.source])):
            said = said.rstrip("；;，,")  # what stood behind may have been dropped
            ended = said if said.endswith(_ENDS) else said + "。"
            kept.append(Claim(ended, clauses[verdict.source], verdict.start, verdict.stop, "model"))
        else:
            dropped += 1
    return kept, dropped


def agrees(said: str, concluded: str) -> bool:
    """Whether a reply says what is concluded: one of its figures, or half of the reply's character pairs where it has
    none; no figure that is not there."""
    mine, theirs = (quantities.quantities(flatten(text)) for text in (said, concluded))
    if mine:
        return all(any(quantities.same(q, g) for g in theirs) for q in mine)
    own = set(pairs(said))
    return bool(own) and 2 * len(own & set(pairs(concluded))) >= len(own)


def _beside(clauses: Sequence[Clause], clause: Clause) -> list[str]:
    """What else is at hand of a clause's document, the clause itself included."""
    return [other.text for other in clauses if other.doc_id == clause.doc_id]


def _timely(context: Context, query: Query, said: str, clause: Clause, verdict: Verdict) -> bool:
    """Whether a figure is that of the year asked for: true figures of other years answer wrongly."""
    if not query.years or not quantities.quantities(flatten(said)):
        return True
    row = context.store.row_of[clause.clause_id]
    around = context.document(clause).title
    return any(
        speaks_of(query.years, clause.text[start:stop] + around, context.target_years[sentence])
        for sentence in context.store.sentence_rows[row]
        for _, start, stop in [context.store.sentences[sentence]]
        if start < verdict.stop and stop > verdict.start
    )


def _about(context: Context, clause: Clause) -> str:
    """What a sentence may say of the clause's document, and the headings the clause stands under."""
    document = context.document(clause)
    parts = (
        document.title,
        document.notice_title,
        document.doc_no,
        *document.issuers,
        document.issued_on,
        *clause.path,
    )
    stating = (part for part in parts if part and heading(part) == part.strip())
    return "\n".join(f"《{part}》" if part == document.title else part for part in stating)


def _material(context: Context, chosen: Sequence[Passage]) -> str:
    """The sentences under their documents' titles, within the prompt's budget."""
    lines: list[str] = []
    title, used = "", 0
    for passage in chosen:
        clause = context.store.clauses[passage.clause]
        text = clause.text[passage.start : passage.stop].strip()[: context.settings.prompt_chars]
        if used and used + len(text) > context.settings.prompt_chars:
            break
        if context.document(clause).title != title:
            title = context.document(clause).title
            lines += [f"《{title}》"] if heading(title) == title.strip() else []
        lines.append(text)
        used += len(text)
    return "\n".join(lines)
