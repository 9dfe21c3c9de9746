"""Training of the reader: what is trained on, what is held out, and that a run goes on where it was cut off."""

import json
import random
import zlib

import pytest
import torch
from conftest import needs_models

from index.settings import E5, Settings
from rag.reading.inputs import Inputs, Pair
from rag.reading.model import Network, Shape
from rag.training import fit
from rag.training.overlap import Measured
from rag.training.plan import HELD_OUT, Round, plan
from rag.training.samples import Group, Sample
from rag.training.twins import Twins

TWO = (Round({"drcd": 25}, pairs=1), Round({"drcd": 20}, pairs=1, entries=1))
TOLD = "第{n}条　{place}市渔业码头的船舶应当在{n}日内登记，登记费{n}0元，由渔政站办理。"


def lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Twelve documents with a pair each, sixty public questions, a question that measures."""
    root = tmp_path_factory.mktemp("train")
    pairs, public = [], []
    for n, place in enumerate("汀沅霁澄芦苇岚砚榕洛梓浪", 3):
        name, clause = f"{n:02}-{place}市渔业码头管理办法", TOLD.format(n=n, place=place)
        document = root / "docs" / f"{name}.txt"
        document.parent.mkdir(exist_ok=True)
        document.write_text(
            f"{place}市渔业码头管理办法\n\n{clause}\n\n第九十条　渔政站每年公布码头名单。\n", encoding="utf-8"
        )
        quoted = [{"doc": name, "quote": f"登记费{n}0元"}]
        pairs += [
            {"id": f"{n}a", "pair": str(n), "question": f"{place}市渔业码头登记费多少？", "span": f"{n}0元",
             "evidence": quoted, "answerable": True},
            {"id": f"{n}b", "pair": str(n), "question": f"{place}市渔业码头停泊费多少？", "evidence": [], "near": quoted,
             "answerable": False},
        ]  # fmt: skip
    for n in range(60):
        context = f"灯塔{n}号建于19{n:02}年，高{n + 20}米，由守塔人看管。"
        at = context.index(f"{n + 20}米")
        public.append(
            {
                "source": "drcd",
                "question": f"灯塔{n}号高多少？",
                "context": context,
                "answers": [{"text": f"{n + 20}米", "start": at}],
            }
        )
    lines(root / "pairs" / "own.jsonl", pairs)
    name = next(
        p["evidence"][0]["doc"]
        for p in pairs
        if p["answerable"] and zlib.crc32(p["evidence"][0]["doc"].encode()) % HELD_OUT
    )
    entry = {"doc": name, "quote": "渔政站每年公布码头名单。", "span": "渔政站", "asks": ["汀州码头名单谁公布？", "名单由哪家公布"],
             "twins": ["登记费由哪家公布", "名单由哪家收回"]}  # fmt: skip
    lines(root / "entries" / "more.jsonl", [entry])
    lines(root / "public" / "drcd.jsonl", public)
    lines(
        root / "apart" / "dev.jsonl", [{"question": "灯塔7号高多少？", "evidence": [{"quote": public[7]["context"]}]}]
    )
    return root


@pytest.fixture(scope="module")
def planned(data):
    return planned_of(data)


def planned_of(data):
    return plan(data, Measured.below([data / "apart"]), 17, own=data / "entries", rounds=TWO)


def test_a_document_is_trained_on_or_held_out_never_both(planned):
    trained = {group.origin for stages in planned.rounds for stage in stages for group in stage}
    held = {group.origin for group in planned.held_out}
    assert trained and held and not trained & held
    assert all(zlib.crc32(origin.encode()) % HELD_OUT == 0 for origin in held)


def test_what_measures_is_left_out_and_counted(planned):
    asked = {s.pair.question for stages in planned.rounds for stage in stages for group in stage for s in group.samples}
    assert "灯塔7号高多少？" not in asked and "灯塔8号高多少？" in asked | {
        g.samples[0].pair.question for g in planned.held_out
    }
    assert planned.left_out == {"drcd": 1}


def test_the_same_seed_plans_the_same_and_every_round_has_its_own_public_questions(data, planned):
    assert planned_of(data) == planned
    assert len(planned.rounds) == len(TWO)
    first, second = ({group.samples[0].pair.question for group in stages[0]} for stages in planned.rounds)
    assert not first & second


def test_a_pair_is_read_beside_its_clause_and_beside_others(planned):
    groups = [group for group in planned.rounds[0][1] if group.source == "own" and group.contrast]
    assert groups
    for group in groups:
        answering, *others = group.samples
        assert answering.pair.body[slice(*answering.answer)].endswith("0元")
        assert others and not any(sample.answers for sample in others)
        assert any("停泊费" in sample.pair.question and sample.pair.body == answering.pair.body for sample in others)


def test_an_entry_gives_every_question_beside_its_clause_and_twins_beside_the_same(planned):
    groups = [group for group in planned.rounds[1][1] if group.source == "more" and group.contrast]
    asked = {group.samples[0].pair.question for group in groups}
    assert {"汀州码头名单谁公布？", "名单由哪家公布"} <= {
        question.split("，")[-1].split("：")[-1] for question in asked
    }
    for group in groups:
        answering, *others = group.samples
        assert answering.pair.body[slice(*answering.answer)] == "渔政站"
        twins = {sample.pair.question for sample in others if sample.pair.body == answering.pair.body}
        assert any("登记费" in twin or "收回" in twin for twin in twins)


def test_a_twin_of_another_year_is_of_one_the_text_does_not_tell():
    twins = Twins(random.Random(3))
    body = "2020年建成3座灯塔，2021年建成5座，2025年建成9座。"
    found = [twins.of("2025年建成几座灯塔？", body, "9座") for _ in range(40)]
    years = {twin[:4] for twin in found if twin and not twin.startswith("2025")}
    assert years and not years & {"2020", "2021", "2025"}


def test_a_question_that_names_its_document_has_a_twin_that_names_another():
    twins = Twins(random.Random(3))
    for _ in range(20):
        (own, near), (elsewhere, _) = twins.named(["登记费多少？", "停泊费多少？"], "汀州市码头办法", "沅陵市灯塔规定")
        assert own.endswith("登记费多少？") and near.endswith("停泊费多少？") and elsewhere.endswith("登记费多少？")
        assert "汀州市" in own and "汀州市" in near and "沅陵市" in elsewhere and "汀州市" not in elsewhere
    assert twins.named(["汀州市收多少？"], "汀州市码头办法", "沅陵市灯塔规定") == (
        ["汀州市收多少？"],
        ["沅陵市收多少？"],
    )
    assert twins.named(["登记费多少？"], "码头办法", "码头办法") is None
    assert twins.named(["汀州市收多少？", "停泊费多少？"], "汀州市码头办法", "沅陵市灯塔规定") is None


class Cut(Exception):
    """The power fails."""


@needs_models
def test_a_run_goes_on_where_it_was_cut_off(tmp_path, monkeypatch):
    inputs = Inputs(Settings().models_dir / E5 / "tokenizer.json")
    groups = [
        Group(
            (
                Sample(Pair("高多少？", "", f"灯塔高{n}米。"), True, (3, 5)),
                Sample(Pair("宽多少？", "", f"灯塔高{n}米。"), False),
            ),
            True,
            "own",
            str(n),
        )
        for n in range(10, 40)
    ]
    table = torch.randn(250_037, 16, generator=torch.Generator().manual_seed(1))
    monkeypatch.setattr(fit, "_SAVE", 0)

    def trained(folder, stop=None):
        def told(progress):
            if stop is not None and progress.step >= stop:
                raise Cut

        torch.manual_seed(2)
        network = Network(Shape(16, 2, 32, 1e-12), 512)
        fit.fit(network, table, inputs, [[groups[:20]], [groups[20:], groups]], fit.Recipe(batch=2), folder, told)
        return network.trained()

    whole = trained(tmp_path / "whole")
    with pytest.raises(Cut):
        trained(tmp_path / "cut", stop=20)
    resumed = trained(tmp_path / "cut")
    assert all(torch.allclose(resumed[name], weight, atol=1e-6) for name, weight in whole.items())


def test_the_rate_falls_to_nothing_in_every_round():
    groups = [Group((Sample(Pair("问", "", "答"), True),), False, "own", str(n)) for n in range(40)]
    batches, heights = fit._planned([[groups], [groups]], fit.Recipe(batch=1))
    assert len(batches) == len(heights) == 80 and max(heights) == 1.0
    assert heights[39] < 0.05 < heights[41] and heights[:40] == heights[40:]
