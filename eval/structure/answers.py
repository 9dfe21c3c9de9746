"""questions.jsonl asked of its corpora: right where every group of `must` and nothing of `must_not` is told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.settings import ROOT, Settings
from index.terms import compact
from rag.engine import Engine

_NEWER = 87  # number of the first question whose half is kept closed
QUESTIONS = Path(__file__).with_name("questions.jsonl")
_SHARED = ROOT.parent / "shared"
_LAWS = (
    "校车安全管理条例 中华人民共和国黑土地保护法 彩票管理条例 食品召回管理办法 农业机械维修管理规定 个体工商户年度报告暂行办法 洗染业管理办法 "
    "收费公路管理条例 市场监督管理行政处罚听证办法 中华人民共和国数据安全法 粮食流通管理条例 报废机动车回收管理办法 规范促销行为暂行规定"
).split()
CORPORA: dict[str, tuple[Path, ...]] = {
    "docs": (Path(__file__).with_name("docs"),),
    "sample": (ROOT / "corpus" / "sample",),
    "book": (_SHARED / "corpus",),
    "plans": (_SHARED / "train" / "docs" / "plansG",),
    "cases": (_SHARED / "cases" / "main",),
    "legaldc": tuple(_SHARED / "eval" / "elsewhere" / "legaldc" / "docx" / f"{name}.docx" for name in _LAWS),
}


@dataclass(frozen=True, slots=True)
class Scored:
    """A question with what was answered."""

    id: str
    corpus: str
    type: str
    question: str
    answer: str
    right: bool
    computed: bool  # a sentence was worked out
    seconds: float

    @property
    def half(self) -> str:
        """closed: looked at only at the end."""
        number = int(self.id[1:])
        return "closed" if number >= _NEWER and number % 2 == 0 else "open"


def ask(settings: Settings, only: Sequence[str] = ()) -> Iterator[Scored]:
    """Every question of the corpora that are at hand; indexes are built under var/structure."""
    from index.build import build
    from index.encoder import open_encoder
    from index.store import Store

    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    encoder = open_encoder(settings)
    for name, paths in CORPORA.items():
        own = [q for q in questions if q["corpus"] == name and (not only or name in only)]
        if not own or not all(path.exists() for path in paths):
            continue
        folder = settings.var / "structure" / name
        build(list(paths), folder, lambda: encoder, rebuild=False, progress=lambda *_: None)
        store = Store.open(folder)
        engine = Engine(settings.model_copy(update={"index": folder, "chat_model": ""}), store, encoder)
        for question in own:
            begin = time.perf_counter()
            answer = engine.ask(question["question"])
            taken = time.perf_counter() - begin
            told = compact("".join(sentence.text for sentence in answer.sentences))
            computed = any(sentence.origin == "computed" for sentence in answer.sentences)
            right = judged(question, told, answer.refused)
            text = " ".join(sentence.text for sentence in answer.sentences)
            yield Scored(question["id"], name, question["type"], question["question"], text, right, computed, taken)


def judged(question: dict, told: str, refused: bool) -> bool:
    """Whether a compact answer is right."""
    if not question["answerable"]:
        return refused
    groups = (any(compact(option) in told for option in group) for group in question["must"])
    return not refused and all(groups) and not any(compact(wrong) in told for wrong in question["must_not"])


def report(scored: Sequence[Scored]) -> list[str]:
    """Markdown: right answers by half, type and corpus, and computed ones that are wrong."""
    from scipy.stats import binomtest

    def line(name: str, own: Sequence[Scored]) -> str:
        right = sum(each.right for each in own)
        low, high = binomtest(right, len(own)).proportion_ci(method="wilson")
        return f"| {name} | {right}/{len(own)} | {right / len(own):.3f} | {low:.3f}–{high:.3f} |"

    lines = ["| | right | | 95 % |", "|---|---|---|---|"]
    for field in ("half", "type", "corpus"):
        for value in dict.fromkeys(getattr(each, field) for each in scored):
            lines.append(line(value, [each for each in scored if getattr(each, field) == value]))
    wrong = [each.id for each in scored if each.computed and not each.right]
    median = sorted(each.seconds for each in scored)[len(scored) // 2]
    lines += ["", f"Worked out and wrong: {', '.join(wrong) or 'none'}. Median {1000 * median:.0f} ms a question."]
    return lines
