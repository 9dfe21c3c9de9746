"""The pipeline a tutorial would build from the same packages and the same two models, to measure ours against.

RecursiveCharacterTextSplitter (500/50, its default separators) over the raw files → the same embedding model → FAISS →
the five nearest chunks stuffed into one prompt → the same chat model. A chunk stands in a clause's place when scored.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eval.facts import folder_digest
from eval.questions import Question
from eval.trace import Passage, Reply, Said, Seconds
from eval.vectors import CachedEncoder
from index.encoder import open_encoder
from index.errors import CorpusError
from index.load import load_folder
from index.settings import Settings
from rag import prompts
from rag.chat.model import ChatModel, open_chat

if TYPE_CHECKING:
    import faiss

    from index.encoder import Encoder

SIZE, OVERLAP, TOP = 500, 50, 5  # characters, characters, chunks in the prompt
REPLY_TOKENS = 256  # three times what our replies may have; its median answer is far below
CONTEXT = 4096  # tokens; five chunks are up to 1,900, more than our own prompts ever need
PATIENCE = 600.0  # seconds; 1,700 prompt tokens take one minute on two cores, more where they are shared
_ROOT = Path(__file__).resolve().parent.parent
_SENTENCE = re.compile(r"[^。！？；\n]+(?:[。！？；]|\n|$)(?:\s*[\[［【]\d{1,2}(?:[,，、]\s*\d{1,2})*[\]］】])*")
_MARKS = re.compile(r"[\[［【](\d{1,2}(?:[,，、]\s*\d{1,2})*)[\]］】]")
# Any of the ways to say so, in the first sentence: the prompt names one, the model has its own.
_REFUSAL = re.compile(
    r"无法回答|不知道|无法确定|无法提供|没有(?:提到|提及|提供|找到|明确|相关|具体|答案)|未(?:提到|提及|提供|找到|明确|说明)"
)


class Plain:
    """Chunks, vectors, one prompt."""

    name = "plain"

    def __init__(
        self,
        chunks: Sequence[Passage],
        index: faiss.IndexFlatIP,
        encoder: Encoder,
        chat: ChatModel | None,
        facts: dict[str, str],
    ) -> None:
        self._chunks = tuple(chunks)
        self._index = index
        self._encoder = encoder
        self._chat = chat
        self.facts = facts

    @classmethod
    def open(cls, settings: Settings, progress: Callable[[str, int, int], None]) -> Plain:
        """Read, split and embed the corpus of the settings (vectors are kept under var/eval)."""
        import faiss

        raws, _ = load_folder(settings.corpus)
        if not raws:
            raise CorpusError(f"语料 {settings.corpus} 中没有可读的文件。请检查设置 corpus")
        chunks = [chunk for raw in raws for chunk in split(raw.file, "\n".join(line.text for line in raw.lines))]
        encoder = open_encoder(settings)
        cached = CachedEncoder(encoder, settings.var / "eval" / "vectors.sqlite")
        progress("plain：计算向量", 0, len(chunks))
        vectors = cached.encode_passages(
            [chunk.text for chunk in chunks], lambda done: progress("plain：计算向量", done, len(chunks))
        )
        cached.close()
        index = faiss.IndexFlatIP(encoder.dimension)
        index.add(vectors)
        facts = {
            "code": folder_digest(_ROOT / "eval", "plain.py"),
            "prompts": folder_digest(_ROOT / "prompts", "plain.txt"),
            "corpus": ",".join(raw.digest for raw in raws),
            "chunks": str(len(chunks)),
            "embedder": f"{encoder.name} {encoder.digest[:16]}",
            "chat_model": settings.chat_name.rpartition("/")[2],
        }
        # The same model and decoding; only room and patience for prompts five times as long as ours.
        roomy = {"context": max(settings.context, CONTEXT), "chat_timeout": max(settings.chat_timeout, PATIENCE)}
        return cls(chunks, index, encoder, open_chat(settings.model_copy(update=roomy)), facts)

    def passages(self) -> Sequence[Passage]:
        return self._chunks

    def search(self, question: Question, k: int) -> list[Passage]:
        return self._nearest(question.question, k)

    def related(self, question: Question, k: int) -> list[Passage]:
        return self._nearest(question.question, k)

    def answer(self, question: Question) -> Reply:
        """One prompt, the earlier turns of a conversation before it; without a chat model there is no answer."""
        begin = time.perf_counter()
        top = self._nearest(question.question, TOP)
        evidence = time.perf_counter() - begin
        context = "\n\n".join(f"[{n}] {chunk.text}" for n, chunk in enumerate(top, 1))
        system, user = prompts.messages("plain", context=context, question=question.question)
        turns = [{"role": turn["role"], "content": turn["content"]} for turn in question.history]
        text, token = "", None
        for piece in self._chat.stream([system, *turns, user], REPLY_TOKENS) if self._chat is not None else ():
            if piece and token is None:
                token = time.perf_counter() - begin
            text += piece
        end = time.perf_counter() - begin
        sentences = read(text)
        marks = {mark for said in sentences for mark in said.marks}
        cited = {n: chunk for n, chunk in enumerate(top, 1) if n in marks}
        return Reply(sentences, cited, refuses(sentences), Seconds(evidence, token, token, end))

    def warm(self) -> None:
        for _ in self._chat.stream([{"role": "user", "content": "你好"}], 1) if self._chat is not None else ():
            pass

    def close(self) -> None:
        if self._chat is not None:
            self._chat.close()

    def _nearest(self, text: str, k: int) -> list[Passage]:
        _, rows = self._index.search(self._encoder.encode_queries([text]), min(k, len(self._chunks)))
        return [self._chunks[row] for row in rows[0]]


def split(file: str, text: str) -> list[Passage]:
    """The chunks of one file."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=OVERLAP)
    return [Passage(f"{file}#{n}", file, (), chunk) for n, chunk in enumerate(splitter.split_text(text))]


def read(text: str) -> tuple[Said, ...]:
    """The sentences of a written answer, their marks read and taken out; a mark may stand before or after the stop."""
    sentences = []
    for match in _SENTENCE.finditer(text):
        marks = dict.fromkeys(int(n) for found in _MARKS.findall(match[0]) for n in re.split(r"[,，、]\s*", found))
        if said := _MARKS.sub("", match[0]).strip():
            sentences.append(Said(said, tuple(marks)))
    return tuple(sentences)


def refuses(sentences: Sequence[Said]) -> bool:
    """Whether the first sentence says that there is no answer; no words at all are a refusal too."""
    return not sentences or _REFUSAL.search(sentences[0].text) is not None
