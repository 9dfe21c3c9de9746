"""Questions with their reference answers and evidence, read from JSONL and checked before anything runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.scoring import flat
from index.errors import BadInput


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that a right clause contains, verbatim but for width and white space."""

    doc: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question file; the fields are those of the file."""

    id: str
    type: str  # the group its figures count in, any name; `clause` is a paste that is only searched for
    question: str
    answer: str
    must: tuple[tuple[str, ...], ...]  # groups of alternatives
    must_not: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    any_of: bool
    answerable: bool
    history: tuple[dict, ...]  # earlier turns, {"role", "content"}
    line: int  # 1-based, where it stands in the file
    digest: str  # of the line's content
    pair: str = ""  # shared by an answerable question and its unanswerable twin
    near: tuple[Evidence, ...] = ()  # of a twin: what tempts to answer it
    why_not: str = ""  # what that says instead

    @property
    def quotes(self) -> tuple[str, ...]:
        return tuple(evidence.quote for evidence in self.evidence)

    @property
    def answered(self) -> bool:
        """Whether the pipeline is asked for an answer; a pasted clause is only searched for."""
        return self.type != "clause"


class BadQuestions(BadInput):
    """A question file with broken lines; the message names every one of them, a line each."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        super().__init__(f"{path} 有 {len(problems)} 处问题，未开始评测：\n" + "\n".join(problems))
        self.problems = tuple(problems)


def load(path: Path) -> list[Question]:
    """The questions of a file in order. BadQuestions names each bad line, BadInput a file that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"无法读取题目文件 {path}（{type(error).__name__}）。应为 UTF-8 编码的 JSONL") from error
    questions: list[Question] = []
    problems: list[str] = []
    first_line: dict[str, int] = {}
    for number, row in enumerate(text.split("\n"), 1):  # not splitlines: JSON strings may hold U+2028
        if not row.strip():
            continue
        question, wrong = _parse(row, number)
        if question is not None and (earlier := first_line.setdefault(question.id, number)) != number:
            wrong.append(f"id {question.id} 与第 {earlier} 行重复")
        problems += [f"第 {number} 行：{what}" for what in wrong]
        if question is not None and not wrong:
            questions.append(question)
    problems = problems or _unpaired(questions)
    if problems:
        raise BadQuestions(path, problems)
    if not questions:
        raise BadInput(f"{path} 中没有题目")
    return questions


def check_quotes(path: Path, questions: Sequence[Question], clauses: Sequence[Sequence[str]]) -> list[str]:
    """Quotes that stand in no single clause but run over several: warnings, they can never be found whole.

    `clauses` holds each document's texts in printed order. A quote that no document holds is impossible: BadQuestions.
    """
    single = [flat(text) for document in clauses for text in document]
    whole = ["".join(flat(text) for text in document) for document in clauses]
    problems, warnings = [], []
    for question in questions:
        for quote in question.quotes:
            wanted = flat(quote)
            if any(wanted in text for text in single):
                continue
            place = f"第 {question.line} 行（{question.id}）：证据“{quote}”"
            if any(wanted in text for text in whole):
                warnings.append(f"{place}跨越多条条款，任何一条都不会含有它")
            else:
                problems.append(f"{place}不在索引的任何文件中")
    if problems:
        raise BadQuestions(path, problems)
    return warnings


def _parse(row: str, number: int) -> tuple[Question | None, list[str]]:
    """(question or None, what is wrong with the line)."""
    try:
        data = json.loads(row)
    except ValueError as error:
        return None, [f"不是合法的 JSON（{error}）"]
    if not isinstance(data, dict):
        return None, ["不是 JSON 对象"]
    wrong = [problem for problem in (*_shape(data), *_sense(data)) if problem]
    if not isinstance(data.get("id"), str) or not data["id"].strip():
        return None, [*wrong]
    if wrong:
        # Enough of a question to notice that its id comes twice.
        return Question(data["id"], "", "", "", (), (), (), False, True, (), number, ""), wrong
    return (
        Question(
            data["id"],
            data["type"].strip(),
            data["question"],
            data.get("answer", ""),
            tuple(tuple(group) for group in data.get("must", ())),
            tuple(data.get("must_not", ())),
            _quoted(data.get("evidence", ())),
            data.get("any_of", False),
            data["answerable"],
            tuple(data.get("history", ())),
            number,
            hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest(),
            data.get("pair", ""),
            _quoted(data.get("near", ())),
            data.get("why_not", ""),
        ),
        [],
    )


def _shape(data: dict) -> list[str]:
    """Fields that are missing or of the wrong kind."""
    wrong = []
    for name in ("id", "type", "question"):
        if not isinstance(data.get(name), str) or not data[name].strip():
            wrong.append(f"缺少 {name}，应为非空文字")
    if not isinstance(data.get("answerable"), bool):
        wrong.append("answerable 应为 true 或 false")
    if not isinstance(data.get("any_of", False), bool):
        wrong.append("any_of 应为 true 或 false")
    wrong += [f"{name} 应为文字" for name in ("answer", "pair", "why_not") if not isinstance(data.get(name, ""), str)]
    if not _texts(data.get("must_not", [])):
        wrong.append("must_not 应为文字列表")
    must = data.get("must", [])
    if not (isinstance(must, list) and all(_texts(group) and group for group in must)):
        wrong.append("must 应为若干组备选文字，每组至少一个")
    for name in ("evidence", "near"):
        quoted = data.get(name, [])
        if not (
            isinstance(quoted, list)
            and all(
                isinstance(e, dict) and isinstance(e.get("quote"), str) and isinstance(e.get("doc", ""), str)
                for e in quoted
            )
        ):
            wrong.append(f"{name} 应为 {{doc, quote}} 列表")
    history = data.get("history", [])
    if not (
        isinstance(history, list)
        and all(
            isinstance(turn, dict)
            and turn.get("role") in ("user", "assistant")
            and isinstance(turn.get("content"), str)
            for turn in history
        )
    ):
        wrong.append("history 应为 {role, content} 列表，role 为 user 或 assistant")
    return wrong


def _listed(data: dict, field: str) -> list:
    """The list of a field; empty where it is none, which is reported elsewhere."""
    found = data.get(field)
    return found if isinstance(found, list) else []


def _sense(data: dict) -> list[str]:
    """Well-formed fields that can never be met, or contradict each other."""
    wrong = []
    evidence, must = _listed(data, "evidence"), _listed(data, "must")
    for entry in evidence:
        if isinstance(entry, dict) and isinstance(entry.get("quote"), str) and not flat(entry["quote"]):
            wrong.append("证据 quote 规范化后为空，不可能命中")
    for group in must:
        if _texts(group) and any(not flat(text) for text in group):
            wrong.append("must 中有规范化后为空的备选，等于没有要求")
    if _texts(data.get("must_not", [])) and any(not flat(text) for text in data.get("must_not", [])):
        wrong.append("must_not 中有规范化后为空的文字，任何答案都含有它")
    if data.get("answerable") is False and (evidence or must):
        wrong.append("answerable 为 false 的题目不应有 must 或 evidence")
    if data.get("type") == "unanswerable" and data.get("answerable") is True:
        wrong.append("题型 unanswerable 与 answerable: true 矛盾")
    if data.get("any_of") is True and not evidence:
        wrong.append("any_of 为 true 但没有 evidence")
    return wrong


def _unpaired(questions: Sequence[Question]) -> list[str]:
    """Pairs that are none: what is scored is one answerable question beside one that is not."""
    members: dict[str, list[Question]] = {}
    for question in questions:
        if question.pair:
            members.setdefault(question.pair, []).append(question)
    return [
        f"第 {own[0].line} 行：成对的题目 {pair} 应为两题，一题有答案并有 must，一题没有答案"
        for pair, own in members.items()
        if sorted(q.answerable for q in own) != [False, True] or sorted(bool(q.must) for q in own) != [False, True]
    ]


def _quoted(entries: Sequence[dict]) -> tuple[Evidence, ...]:
    return tuple(Evidence(e.get("doc", ""), e["quote"]) for e in entries)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
