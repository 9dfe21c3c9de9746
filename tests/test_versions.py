"""Of several versions of one document the one in force is answered from; the others stand behind it, marked."""

from datetime import date

import pytest
from conftest import SAMPLE, built, engine_over

from index.schema import Document
from rag.query.question import understand
from rag.versions import in_force

TITLE = "云泽州渡运补贴办法"


def text(number, day, figure, title=TITLE, more=""):
    return (
        f"{title}\n云泽政发〔{day[:4]}〕{number}号\n云泽州人民政府\n\n第一条　为规范渡运补贴，制定本办法。\n"
        f"第二条　每艘渡船每年补贴{figure}元，由县级财政按年拨付。\n{more}"
        f"第三条　渡船应当每年检验一次，检验不合格的不予补贴。\n\n云泽州人民政府\n"
        f"{day[:4]}年{int(day[5:7])}月{int(day[8:])}日\n"
    )


@pytest.fixture
def root(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for place, row in enumerate([(5, "2021-03-01", 3000), (9, "2024-03-01", 5000), (2, "2018-06-01", 2000)]):
        (corpus / f"{place}.txt").write_text(text(*row), encoding="utf-8")
    for path in SAMPLE.glob("*.txt"):
        (corpus / path.name).write_bytes(path.read_bytes())
    built(corpus, tmp_path / "i")
    return tmp_path / "i"


def years(hits):
    return [hit.document.issued_on[:4] for hit in hits if hit.document.title == TITLE]


@pytest.mark.parametrize(
    ("as_of", "question", "figure"),
    [
        ("2026-01-01", "每艘渡船每年补贴多少元？", "5000元"),
        ("2026-01-01", "《云泽州渡运补贴办法》规定每艘渡船每年补贴多少元？", "5000元"),
        ("2022-01-01", "每艘渡船每年补贴多少元？", "3000元"),
        ("2019-01-01", "每艘渡船每年补贴多少元？", "2000元"),
        ("2026-01-01", "云泽政发〔2021〕5号规定每艘渡船每年补贴多少元？", "3000元"),
        ("2026-01-01", "2018年的渡运补贴办法规定每艘渡船每年补贴多少元？", "2000元"),
    ],
)
def test_a_question_is_answered_from_the_version_in_force_on_the_day_or_the_one_it_names(root, as_of, question, figure):
    engine = engine_over(root, as_of=date.fromisoformat(as_of))
    answer = engine.ask(question)
    assert figure in answer.sentences[0].text
    said = "".join(sentence.text for sentence in answer.sentences)
    assert not any(other in said for other in {"2000元", "3000元", "5000元"} - {figure})


def test_the_other_versions_stand_behind_it_and_are_marked_with_both_dates(root):
    engine = engine_over(root, as_of=date(2026, 1, 1))
    question = "每艘渡船每年补贴多少元？"
    assert years(engine.search(question, 3))[0] == "2024" and set(years(engine.search(question, 9))) >= {"2021", "2018"}
    answer = engine.ask(question)
    assert years(answer.hits)[0] == "2024" and {"2021", "2018"} <= set(years(answer.hits))
    (note,) = [note for note in answer.notes if "不同版本" in note]
    assert "2024-03-01" in note and "2021-03-01" in note and "2018-06-01" in note
    old = next(hit for hit in answer.hits if hit.document.issued_on == "2021-03-01")
    assert "本文件2021-03-01成文，另有2024-03-01成文的同名文件云泽政发〔2024〕9号" in old.status.reason


def test_a_question_about_what_changed_is_given_all_versions(root):
    engine = engine_over(root, as_of=date(2026, 1, 1))
    for asked in ("渡运补贴办法修订前每艘渡船补贴多少元？", "渡运补贴办法新旧规定有什么不同？"):
        query = understand(asked, ())
        ranking = engine.rank(query)
        assert engine.in_force(query, ranking) is ranking
        documents = [engine.document(engine.store.clauses[row]) for row in ranking.rows]
        assert {"2021", "2024"} <= {each.issued_on[:4] for each in documents if each.title == TITLE}


def test_its_own_facts_are_those_of_the_version_in_force(root):
    assert "〔2024〕9号" in engine_over(root).ask("云泽州渡运补贴办法的文号是什么？").sentences[0].text


def document(name, issued, effective=None, title=TITLE, issuers=("云泽州人民政府",)):
    return Document(name, title, None, None, issuers, issued, None, None, None, effective, f"{name}.txt", name)


def chosen(documents, day, ended=()):
    found = in_force(documents, date.fromisoformat(day), lambda d: d.doc_id in ended)
    return {name: other.doc_id for name, other in found.items()}


def test_in_force_is_the_version_last_begun_before_those_that_have_ended():
    a, b = document("a", "2021-03-01"), document("b", "2024-03-01", "2024-07-01", TITLE + "（2024年修订）")
    assert chosen([a, b], "2024-05-01") == {"b": "a"} and chosen([a, b], "2024-07-01") == {"a": "b"}
    assert chosen([a, b], "2020-01-01") == {}
    assert chosen([a, b], "2025-01-01", ended=("b",)) == {"b": "a"}
    assert chosen([a, document("c", "2024-03-01", issuers=("青州市人民政府",))], "2025-01-01") == {}
    assert chosen([a, document("d", "2021-03-01")], "2025-01-01") == {}
