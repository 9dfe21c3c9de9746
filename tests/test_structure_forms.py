"""Forms of answer over small invented texts: rows with units of their own, sides, versions, what a document rests on."""

import json

import pytest
from conftest import built, engine_over

from index.terms import compact
from rag.structure import learned
from rag.structure.router import route
from rag.structure.rows import _COMPARED
from rag.structure.sheets import match

PLAN = """松垣市人民政府关于印发《松垣市水利发展规划（2024—2030年）》的通知
松政发〔2024〕5号
各区人民政府：
现将《松垣市水利发展规划（2024—2030年）》印发给你们，请认真组织实施。
松垣市人民政府
2024年3月8日

松垣市水利发展规划（2024—2030年）
根据《云泽省水网建设纲要》，制定本规划。
一、发展目标
（一）北岭区。到2030年，北岭区森林覆盖率达到61%，新增湿地1200亩。
（二）南浦区。2022年，南浦区森林覆盖率为38%，河道保洁率达到100%。
（三）节水。到2030年，北岭区万元产值用水量降到35立方米，南浦区万元产值用水量降到42立方米。
二、主要指标
指标名称\t单位\t2025年\t2030年
供水能力\t亿立方米\t12.5\t14
堤防长度\t公里\t310\t360
自来水普及率\t%\t95\t99
三、保障措施
到2030年，江苏省水权交易平台数达到12个，浙江省水权交易平台数达到9个。
"""
TARGETS = """松垣市交通运输局关于下达交通建设指标的通知
松交发〔2024〕18号
各区交通运输局：
现将指标下达给你们。
一、指标表
指标\t2026年\t2028年
轨道里程（公里）\t88\t140
公交车辆（辆）\t2300\t2600
松垣市交通运输局
2024年5月6日
"""
OLD = """松垣市人民政府关于印发《松垣市稳岗补助暂行办法》的通知
松政规〔2019〕3号
各区人民政府：
现将《松垣市稳岗补助暂行办法》印发给你们。
松垣市人民政府
2019年6月1日

松垣市稳岗补助暂行办法
第一条 为稳定就业岗位，制定本办法。
第二条 企业吸纳脱贫人口的，每人一次性补助800元，补助期限为12个月。
"""
NEW = """松垣市人民政府关于印发《松垣市稳岗补助办法》的通知
松政规〔2023〕9号
各区人民政府：
现将《松垣市稳岗补助办法》印发给你们。
松垣市人民政府
2023年6月1日

松垣市稳岗补助办法
第一条 为稳定就业岗位，制定本办法。
第二条 企业吸纳脱贫人口的，每人一次性补助1200元，补助期限为18个月。
第三条 本办法自2023年7月1日起施行。《松垣市稳岗补助暂行办法》（松政规〔2019〕3号）同时废止。
"""
FEES_OLD = """松垣市停车收费标准的通知
松价发〔2018〕2号
各区：
现将收费标准印发给你们，有效期至2022年12月31日。
松垣市发展改革委
2018年5月1日
一、收费标准
停车场类别\t每小时收费（元）
立体停车楼\t3
路侧泊位\t5
"""
FEES_NEW = """松垣市停车收费标准调整的通知
松价发〔2023〕6号
各区：
现将收费标准印发给你们，自2023年1月1日起施行，有效期5年。《松垣市停车收费标准的通知》（松价发〔2018〕2号）同时废止。
松垣市发展改革委
2023年1月1日
一、收费标准
停车场类别\t每小时收费（元）
立体停车楼\t4
路侧泊位\t8
"""
SHEDS = """松垣市粮库改造项目表
各区：
请落实。
一、改造项目
项目名称\t总投资（万元）\t仓容（万吨）
青坪粮库\t820\t3
石桥粮库\t—\t5
柳湾粮库\t1460\t约4至6
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = tmp_path_factory.mktemp("forms")
    texts = root / "texts"
    texts.mkdir()
    for name, text in (
        ("1", PLAN),
        ("2", TARGETS),
        ("3", OLD),
        ("4", NEW),
        ("5", FEES_OLD),
        ("6", FEES_NEW),
        ("7", SHEDS),
    ):
        (texts / f"{name}.txt").write_text(text, encoding="utf-8")
    built(texts, root)
    return engine_over(root)


def test_a_figure_has_the_unit_of_its_rows_own_column(engine):
    assert "2030年 14 亿立方米" in engine.ask("供水能力2030年是多少").text


def test_a_figure_has_the_unit_behind_its_rows_name(engine):
    assert "2028年 140 公里" in engine.ask("轨道里程2028年要达到多少公里").text


def test_figures_of_rows_with_units_of_their_own_are_not_added(engine):
    answer = engine.ask("主要指标2030年合计是多少")
    assert all(sentence.origin != "computed" for sentence in answer.sentences)


def test_of_the_most_a_struck_out_cell_is_told_and_not_compared(engine):
    answer = engine.ask("粮库改造项目里总投资最大的是哪个")
    assert (
        "柳湾粮库（总投资 1460 万元）" in answer.text
        and "比较了 2 行" in answer.text
        and "另有 1 行未写明" in answer.text
    )


def test_of_the_most_a_cell_that_was_not_read_is_compared_with_nothing(engine):
    answer = engine.ask("粮库改造项目里仓容最大的是哪个")
    assert all(sentence.origin != "computed" for sentence in answer.sentences)


def test_a_struck_out_cell_is_added_to_nothing(engine):
    answer = engine.ask("粮库改造项目总投资合计是多少")
    assert all(sentence.origin != "computed" for sentence in answer.sentences)


def test_two_places_stand_side_by_side_on_one_attribute(engine):
    answer = engine.ask("北岭区和南浦区的万元产值用水量分别是多少")
    assert answer.sentences[0].text == "北岭区万元产值用水量降到35立方米；南浦区万元产值用水量降到42立方米。"


def test_a_pair_of_provinces_is_known_by_its_letters(engine):
    first = engine.ask("苏浙两省的水权交易平台数目标有什么不同").sentences[0].text
    assert first == "江苏省水权交易平台数达到12个；浙江省水权交易平台数达到9个。"


def test_a_figure_of_the_past_never_stands_beside_an_aim(engine):
    answer = engine.ask("北岭区和南浦区的森林覆盖率目标分别是多少")
    first = answer.sentences[0].text
    assert "61%" in first and "38%" not in first and "南浦区：未写明" in first


def test_old_and_new_are_told_with_the_current_one_first_and_both_dates(engine):
    answer = engine.ask("稳岗补助新旧办法的补助期限分别是多少个月")
    assert answer.sentences[0].text.endswith("期限：现行 18个月，此前 12个月。")
    assert "2023-06-01印发" in answer.text and "2019-06-01印发，已不再有效" in answer.text


def test_the_row_in_force_stands_before_the_one_that_no_longer_is(engine):
    said = [sentence.text for sentence in engine.ask("路侧泊位每小时收费多少元").sentences]
    assert said[0].startswith("现行") and "8 元" in said[0] and "2023-01-01印发" in said[0]
    assert said[1].startswith("此前") and "5 元" in said[1] and "2018-05-01印发，已不再有效" in said[1]


def test_what_a_document_rests_on_is_told_in_its_own_words(engine):
    text = engine.ask("松垣市水利发展规划是依据什么制定的").text
    assert "依据《云泽省水网建设纲要》（未收入文件库）：根据《云泽省水网建设纲要》，制定本规划。" in text


def test_the_tables_a_question_is_compared_with_hold_the_best_of_all(tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    crops = "稻谷 小麦 玉米 大豆 油菜 花生 甘蔗 茶叶 柑橘 棉花".split()
    for number in range(40):
        rows = "\n".join(
            f"{crop}{chr(0x4E00 + 37 * number + at)}种\t{100 + number + at}" for at, crop in enumerate(crops)
        )
        head = f"松垣市第{number}批良种补助通知\n各区：\n请落实。\n一、补助标准\n品种名称\t补助标准（元）\n"
        (texts / f"{number:02d}.txt").write_text(f"{head}{rows}\n", encoding="utf-8")
    built(texts, tmp_path)
    engine = engine_over(tmp_path)
    structure, documents = engine.store.structure, frozenset(engine.store.documents)
    for number in (0, 17, 39):
        question = f"小麦{chr(0x4E00 + 37 * number + 1)}种的补助标准是多少"
        every = [match(engine.sheet(table), compact(question), frozenset()) for table in range(40)]
        best = max(every, key=lambda own: own.score).sheet.table.id
        leading = structure.leading(question, documents, _COMPARED)
        assert best in leading and len(leading) == _COMPARED


def test_weights_of_another_embedding_model_leave_a_question_to_the_rules():
    import numpy as np

    vector = np.zeros(384, dtype=np.float32)
    assert route("哪个项目投资最大", "another", vector) == "rows"
    told = json.loads(learned.MANIFEST.read_text(encoding="utf-8"))
    assert learned.load().kinds == tuple(told["kinds"]) and learned.load().matrix.shape[1] == len(told["kinds"])


def test_the_same_groups_are_counted_whatever_the_figures_and_titles():
    assert learned.places("《甲办法》第3条是什么？") == learned.places("《乙丙规定》第27条是什么")
