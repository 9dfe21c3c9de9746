"""An optional second opinion: a stronger model grades correctness and support. Never needed, never mixed in."""

from __future__ import annotations

import json
import re
from contextlib import closing

from eval.questions import Question
from eval.trace import Grade, Trace
from index.errors import BadInput, ModelError
from index.settings import Settings
from rag import prompts
from rag.chat.endpoint import EndpointChat
from rag.chat.model import ChatModel

_TOKENS = 200
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


class Judge:
    """Asks a chat model with prompts/judge.txt."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat

    @classmethod
    def open(cls, settings: Settings, url: str) -> Judge:
        """`url`: an OpenAI-protocol endpoint and a model, http(s)://…/v1#model; the key is the setting chat_key."""
        address, _, model = url.partition("#")
        if not address.startswith(("http://", "https://")) or not model:
            raise BadInput(f"--judge {url}：应写成 http(s)://地址/v1#模型名（密钥用设置 chat_key）")
        return cls(EndpointChat(address, model, settings.chat_key, settings.chat_timeout))

    def __call__(self, question: Question, trace: Trace) -> Grade:
        """The grade of an answer; ModelError when the judge fails or does not answer as asked."""
        if trace.reply is None:
            raise ValueError(f"question {question.id} has no reply to grade")
        marks = [(said.text, "".join(f"[{mark}]" for mark in said.marks)) for said in trace.reply.sentences]
        cited = "\n".join(f"[{mark}] {passage.document}：{passage.text}" for mark, passage in trace.reply.cited.items())
        messages = prompts.messages(
            "judge",
            question=question.question,
            reference=question.answer if question.answerable else "（应当拒答：资料中没有答案）",
            answer="".join(text + mark for text, mark in marks),
            clauses=cited or "（无）",
        )
        with closing(self._chat.stream(messages, _TOKENS)) as pieces:
            return read("".join(pieces))

    def close(self) -> None:
        self._chat.close()


def read(reply: str) -> Grade:
    """The grade in a judge's reply, a JSON object with words around it or not."""
    match = _OBJECT.search(reply)
    try:
        data = json.loads(match[0]) if match else {}
        correct, supported = float(data["correct"]), float(data["supported"])
        if not (0 <= correct <= 1 and 0 <= supported <= 1):
            raise ValueError("out of range")
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"评判模型没有按要求作答：{reply[:100]!r}。请换一个更强的模型，或去掉 --judge") from error
    return Grade(correct, supported, str(data.get("reason", "")))
