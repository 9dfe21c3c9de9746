"""Query rewriting: a colloquial question in the words of documents, by the chat model. Who asks for the 红本本 asks for a 不动产权证书.

What the model writes is searched and chosen with, beside the question's own words, and told as such: it stands in no
answer, and whether a question is from elsewhere does not hang on it.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import closing

from rag import prompts
from rag.chat.model import ChatModel
from rag.query.question import Query

_ASKED = 200  # characters of a question that the model reads: its end, where it asks
_TOKENS = 32
_WORD = re.compile(r"[一-鿿A-Za-z\d]{2,16}")
_MOST = 8  # words


def written(chat: ChatModel, query: Query) -> Generator[str]:
    """The words as the model writes them. ModelError when it fails."""
    messages = prompts.messages("rewriting", question=query.text[-_ASKED:])
    with closing(chat.stream(messages, _TOKENS)) as pieces:
        yield from pieces


def words(text: str) -> str:
    """What is searched with of a model's reply: its first words, none twice."""
    return " ".join([*dict.fromkeys(_WORD.findall(text.split("\n", 1)[0]))][:_MOST])
