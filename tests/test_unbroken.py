"""A page saved without its line breaks gets back the lines it was printed in; nothing else is touched."""

from hypothesis import given
from hypothesis import strategies as st
from parsing import bare, parsed

from index.schema import Line
from index.unbroken import LONGEST, lines

HEAD = "汀州市人民政府关于支持渔业复产的若干意见 汀政发〔2021〕6号 各县（市、区）人民政府，市政府各部门： 为支持渔业企业复产，现提出如下意见： "
FIRST = (
    "一、帮助企业复产 （一）减免码头停泊费。"
    + "对停泊在公共码头的渔船，停泊费减半收取，期限三个月，由渔政站负责落实。" * 12
)
SECOND = "（二）补贴冷库用电。每度补贴0.12元。 二、加强服务 （一）开设窗口。各县设立渔民服务窗口，当日受理当日办结。"
PAGE = HEAD + FIRST + SECOND


def texts(*given_lines):
    return [line.text for line in lines([Line(text, n) for n, text in enumerate(given_lines, 1)])]


def test_title_number_addressee_and_headings_stand_on_their_lines_again():
    found = texts(PAGE)
    assert found[:3] == [
        "汀州市人民政府关于支持渔业复产的若干意见",
        "汀政发〔2021〕6号",
        "各县（市、区）人民政府，市政府各部门：",
    ]
    assert "一、帮助企业复产" in found and "二、加强服务" in found
    assert found[-1].startswith("（一）开设窗口。")


def test_such_a_page_is_a_document_with_a_title_and_clauses():
    document = parsed(PAGE)
    assert document.document.title.endswith("关于支持渔业复产的若干意见")
    assert document.document.doc_no == "汀政发〔2021〕6号"
    paths = [clause.path for clause in document.clauses]
    assert ("一、帮助企业复产",) in paths and ("二、加强服务",) in paths
    assert bare("".join(document.printed)) == bare(PAGE)


def test_organs_of_one_title_and_a_name_in_brackets_are_not_parted():
    found = texts("财政局 税务局关于渔船减税的公告 公告2021年第8号 " + "渔船所有人应当按季申报。" * 60)
    assert found[0] == "财政局 税务局关于渔船减税的公告"
    found = texts("渔业复产快讯 本报讯（记者 陈某）" + "渔业企业陆续复产。" * 60)
    assert found[0] == "渔业复产快讯" and found[1].startswith("本报讯（记者 陈某）渔业")


def test_what_has_no_numbering_is_cut_at_sentences():
    found = texts("".join(f"第{n}户渔民领取了补贴和柴油。" for n in range(200)))
    assert len(found) > 5 and max(map(len, found)) <= LONGEST and all(piece.endswith("。") for piece in found)


def test_lists_without_stops_and_open_brackets_are_cut_all_the_same():
    assert max(map(len, texts("名单 " + "陈某 13800000000 " * 200))) <= LONGEST
    assert max(map(len, texts("“" + "渔船靠港检查；" * 200))) <= LONGEST


def test_a_text_with_its_line_breaks_stays_as_it_is():
    given_lines = [
        "汀州市渔业规划",
        "",
        "一、总则",
        "渔业是支柱产业。" * 40,
        "长段落。" * 110,
        "（一）任务。" + "码头要翻修。" * 50,
    ]
    assert texts(*given_lines) == given_lines


@given(st.text(alphabet="一二渔港。；，（）“” 、1.第条\n", max_size=3000))
def test_no_character_is_lost(text):
    assert bare("".join(texts(text))) == bare(text)
