"""What each part of the product costs: a name, its seconds one by one, and what they are seconds of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.content import index_text
from index.errors import ModelError
from index.schema import Clause
from index.sentences import split_sentences
from index.settings import Settings

if TYPE_CHECKING:
    from index.encoder import Encoder
    from rag.engine import Engine

QUESTIONS, ANSWERS, PASSAGES = 40, 4, 32
ROUNDS = 3
PASTE = 250  # characters of a pasted clause


@dataclass(frozen=True, slots=True)
class Part:
    """Seconds of one part; `each` says what one of them covers."""

    name: str
    seconds: tuple[float, ...]
    each: str


def parts(settings: Settings) -> Iterator[Part]:
    """Measure one part after the other; the chat model's are left out where none is set."""
    from rag.engine import Engine

    begin = time.perf_counter()
    engine = Engine.open(settings)
    yield Part("打开索引", (time.perf_counter() - begin,), "含校验全部索引文件")
    try:
        asked = questions(engine.store.clauses)
        yield Part("首次检索", timed(lambda text: engine.search(text, 10), asked[:1]), "含载入嵌入模型")
        yield Part("问题向量", timed(lambda text: engine.encoder.encode_queries([text]), asked), "每问")
        yield Part("检索", timed(lambda text: engine.search(text, 10), asked), "每问，含向量")
        longest = sorted(engine.store.clauses, key=lambda clause: -len(clause.text))[:QUESTIONS]
        pastes = [clause.text[:PASTE] for clause in longest]
        yield Part("相关条款", timed(lambda text: engine.related(text, 10), pastes), f"每段至多 {PASTE} 字")
        yield Part("摘录就绪", timed(lambda text: extract(engine, text), asked), "每问，不经对话模型")
        sample = every(engine.store.clauses, PASSAGES)
        texts = [index_text(engine.store.documents[clause.doc_id], clause) for clause in sample]
        engine.encoder.encode_passages(texts[:1])
        yield from encoding(engine.encoder, texts)
        if engine.chat is not None:
            yield from chat(engine, asked[:ANSWERS])
    finally:
        engine.close()


def encoding(encoder: Encoder, texts: Sequence[str]) -> Iterator[Part]:
    """Clauses and their sentences: read once, tokens kept, as the index is built, against encoded each on its own.

    Fitting the whitening, a second or two once a corpus, is left out: these few clauses would bear all of it.
    """
    spans = [split_sentences(text) for text in texts]
    pieces = [text[start:stop] for text, own in zip(texts, spans, strict=True) for start, stop in own]
    _, whitening = encoder.read_and_fit(texts, spans)
    once: list[float] = []
    apart: list[float] = []
    for _ in range(ROUNDS):  # in turn, so that a busy machine slows both
        once += timed(lambda own: encoder.read_passages(texts, own, whitening), [spans])
        apart += timed(lambda own: (encoder.encode_passages(texts), encoder.encode_passages(own)), [pieces])
    each = f"每条，共 {len(texts)} 条 {len(pieces)} 句"
    yield Part("条款与句子向量，一遍读完", tuple(s / len(texts) for s in once), each)
    yield Part("条款、句子分别编码", tuple(s / len(texts) for s in apart), each + "，供对照")


def chat(engine: Engine, asked: Sequence[str]) -> Iterator[Part]:
    """The chat model's parts; ModelError when it cannot be used."""
    if engine.chat is None:
        raise ModelError("没有启用对话模型")
    begin = time.perf_counter()
    for _ in engine.chat.stream([{"role": "user", "content": "你好"}], 1):
        pass
    yield Part("载入对话模型", (time.perf_counter() - begin,), "含第一个字")
    yield Part("完整回答", timed(engine.ask, asked), "每问，含检索、作答、核对")


def questions(clauses: Sequence[Clause]) -> list[str]:
    """Made of the index's own headings, spread evenly, so that any corpus can be measured."""
    headed = list(dict.fromkeys(clause.path[-1] for clause in clauses if clause.path))
    return [f"{heading}有哪些要求？" for heading in every(headed, QUESTIONS)] or [
        c.text[:30] for c in clauses[:QUESTIONS]
    ]


def extract(engine: Engine, question: str) -> None:
    """Ask until the first words stand there; closing the stream stops the model before it starts."""
    events = engine.ask_stream(question)
    for event in events:
        if event.answer.sentences:
            break
    events.close()


def timed(call: Callable, inputs: Sequence) -> tuple[float, ...]:
    """Seconds of `call` on each input."""
    seconds = []
    for each in inputs:
        begin = time.perf_counter()
        call(each)
        seconds.append(time.perf_counter() - begin)
    return tuple(seconds)


def every(items: Sequence, count: int) -> list:
    """At most `count` items, evenly spread."""
    step = max(1, len(items) // count)
    return list(items[::step][:count])
