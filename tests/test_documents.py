"""Where documents begin, and what they say of themselves."""

import pytest
from parsing import bare, clause, parsed, raw

from index.entities.dates import effective_on
from index.entities.periods import period
from index.headers import header
from index.parse import parse

NOTICE = (
    "甲市人民政府办公室关于印发甲市老旧小区改造实施方案的通知\n甲政办发〔2021〕9号\n各区人民政府：\n"
    "现将《甲市老旧小区改造实施方案》印发给你们，请认真执行。\n甲市人民政府办公室\n2021年4月2日\n（此件公开发布）\n"
    "甲市老旧小区改造实施方案\n为改善居住条件，制定本方案。\n一、目标任务\n到2023年完成改造120个小区。\n"
    "二、工作措施\n（一）摸清底数。各区开展排查。\n（二）筹集资金。\n1．积极争取补助。\n2．引导居民出资。\n"
)
REPLY = (
    "甲省人民政府 乙市人民政府关于同意设立丙新区的批复\n甲府〔2020〕55号\n丁区人民政府：\n"
    "《关于设立丙新区的请示》收悉。现批复如下：\n一、同意设立丙新区（以下简称新区）。新区面积262平方公里。\n"
    "二、请抓紧组织实施，重大事项及时报告两省市政府。\n甲省人民政府\n乙市人民政府\n2020年12月29日\n（此件公开发布）\n"
)


def test_a_notice_is_one_clause_and_the_policy_has_its_own_title():
    found = parsed(NOTICE)
    document = found.document
    assert document.title == "甲市老旧小区改造实施方案"
    assert document.notice_title == "甲市人民政府办公室关于印发甲市老旧小区改造实施方案的通知"
    assert (document.doc_no, document.issued_on, document.kind) == ("甲政办发〔2021〕9号", "2021-04-02", "实施方案")
    notice = found.clauses[0]
    assert notice.kind == "notice"
    assert "的通知甲政办发〔2021〕9号" in bare(notice.text)
    assert bare(notice.text).endswith("甲市人民政府办公室2021年4月2日（此件公开发布）")
    assert found.clauses[1].kind == "preamble"


@pytest.mark.parametrize(
    ("named", "own"),
    [
        ("优化渡口服务实施意见", "关于优化渡口服务的实施意见"),
        ("2025年防汛工作方案", "云泽州2025年防汛抗旱工作方案"),
        ("加快发展渡运若干措施", "云泽州关于加快发展渡运的若干措施"),
        ("渡口改造三年行动计划", "云泽州渡口改造三年行动计划\n（2024—2026年）"),
    ],
)
def test_a_policy_that_its_notice_names_freely_has_the_title_printed_above_it(named, own):
    found = parsed(
        f"云泽州交通运输局等3部门关于印发{named}的通知\n云交发〔2024〕6号\n各县交通运输局：\n现将《{bare(own)}》印发给你们，请遵照执行。\n"
        f"云泽州交通运输局\n2024年3月5日\n{own}\n一、改造渡口\n三年改造120处。"
    )
    assert found.document.title == bare(own) and found.document.issuers == ("云泽州交通运输局",)
    assert [c.kind for c in found.clauses] == ["notice", "clause"] and found.clauses[1].path == ("一、改造渡口",)


def test_a_numbered_paragraph_that_ends_in_a_colon_is_no_addressee():
    found = parsed(
        "渡口案件若干规定\n第一条　下列案件由海事机构受理：\n（一）渡口案件；\n（二）渡船案件。\n第二条　本规定自印发之日起施行。"
    )
    assert [c.text[:3] for c in found.clauses] == ["第一条", "第二条"] and found.clauses[0].text.endswith(
        "（二）渡船案件。"
    )


def test_a_reply_signs_at_the_end_of_its_last_item():
    found = parsed(REPLY)
    assert found.document.issuers == ("甲省人民政府", "乙市人民政府")
    assert found.document.notice_title is None
    assert found.clauses[0].text.endswith("现批复如下：")
    assert found.clauses[-1].text.endswith("甲省人民政府\n乙市人民政府\n2020年12月29日\n（此件公开发布）")


def test_documents_that_follow_one_another_in_flowing_text_are_told_apart():
    titles = [p.document.title for p in parse(raw(NOTICE + REPLY + NOTICE.replace("甲市", "戊市")))]
    assert titles == [
        "甲市老旧小区改造实施方案",
        "甲省人民政府 乙市人民政府关于同意设立丙新区的批复",
        "戊市老旧小区改造实施方案",
    ]


def test_the_same_document_twice_has_two_ids():
    ids = [p.document.doc_id for p in parse(raw(REPLY + REPLY))]
    assert len(set(ids)) == 2 and all(len(i) == 12 for i in ids)


def test_a_letterhead_stands_above_the_title():
    found = parsed(
        "北湖市人民政府文件\n北政发〔2020〕15号\n北湖市人民政府\n关于振兴奶业的实施意见\n各县人民政府：\n一、目标\n到2025年存栏12万头。"
    )
    assert found.document.title == "北湖市人民政府关于振兴奶业的实施意见"
    assert found.document.doc_no == "北政发〔2020〕15号"
    assert found.clauses[0].text.startswith("北湖市人民政府文件\n北政发")


def test_what_a_web_page_prints_above_a_title_is_kept_apart_from_it():
    found = parsed(
        "索引号：113-2023\n发布机构：南湖市政府\n【字体：大 中 小】\n"
        "南湖市人民政府关于做好防汛工作的通知\n南政〔2023〕2号\n各县人民政府：\n请抓好落实。"
    )
    assert found.document.title == "南湖市人民政府关于做好防汛工作的通知"


@pytest.mark.parametrize(
    ("head", "title", "doc_no", "issuers", "day"),
    [
        ("索引号：113-2024\n发文字号：云交发〔2024〕6号\n发布机构：云泽州交通运输局\n成文日期：2024-03-05\n云泽州渡口管理办法", "云泽州渡口管理办法", "云交发〔2024〕6号",
         ("云泽州交通运输局",), "2024-03-05"),
        ("财政部 税务总局关于渡船减税的公告\n财政部 税务总局公告2024年第8号\n为支持渡运，现公告如下：", "财政部 税务总局关于渡船减税的公告", "财政部 税务总局公告2024年第8号",
         ("财政部", "税务总局"), None),
        ("云泽州交通运输局公告\n2024年第3号\n现将渡口名录公布。", "云泽州交通运输局公告", "云泽州交通运输局公告2024年第3号", ("云泽州交通运输局",), None),
        ("云泽州人民政府文件\n云政发〔2024〕5号　　　签发人：张三\n云泽州人民政府关于改造渡口的请示\n省人民政府：", "云泽州人民政府关于改造渡口的请示",
         "云政发〔2024〕5号", ("云泽州人民政府",), None),
        ("关于渡船减税的公告\n财政部 税务总局关于渡船减税的公告\n财政部 税务总局公告2024年第8号\n为支持渡运，现公告如下：", "财政部 税务总局关于渡船减税的公告",
         "财政部 税务总局公告2024年第8号", ("财政部", "税务总局"), None),
        ("雲澤縣政府關於改造渡口的通知\n雲政發〔2024〕3號\n各鄉鎮公所：", "雲澤縣政府關於改造渡口的通知", "雲政發〔2024〕3號", ("雲澤縣政府",), None),
    ],
)  # fmt: skip
def test_heads_of_real_pages_letters_and_announcements(head, title, doc_no, issuers, day):
    document = parsed(head + "\n一、改造渡口。改造渡口三处。\n二、配备救生设施。每处配备两套。").document
    assert (document.title, document.doc_no, document.issuers, document.issued_on) == (title, doc_no, issuers, day)


def test_an_order_enacts_what_it_names():
    found = parsed(
        "海州省人民政府令\n第312号\n《海州省电梯安全管理办法》已经省人民政府通过，现予公布，自2022年7月1日起施行。\n省长　张三\n"
        "2022年5月20日\n海州省电梯安全管理办法\n第一条 为了加强管理，制定本办法。\n第二条 本办法自2022年7月1日起施行。"
    )
    document = found.document
    assert (document.title, document.doc_no) == ("海州省电梯安全管理办法", "海州省人民政府令第312号")
    assert (document.level, document.issued_on, document.effective_on) == ("海州省", "2022-05-20", "2022-07-01")
    assert [c.kind for c in found.clauses] == ["notice", "clause", "clause"]


@pytest.mark.parametrize(
    ("note", "doc_no", "issuer", "day"),
    [
        ("2021年6月9日 海州省交通运输厅令第8号公布", "海州省交通运输厅令第8号", "海州省交通运输厅", "2021-06-09"),
        ("2019年3月28日 海州省第十三届人民代表大会常务委员会第十一次会议批准", None, None, None),
        ("2020年5月15日 海州省第十三届人民代表大会常务委员会第二十一次会议通过", None, "海州省第十三届人民代表大会常务委员会", "2020-05-15"),
        ("2008年7月17日 经交通运输部第6次部务会议通过", None, "交通运输部", "2008-07-17"),
        ("（2024年8月30日国务院第40次常务会议通过　2024年9月24日中华人民共和国国务院令第790号公布　自2025年1月1日起施行）",
         "中华人民共和国国务院令第790号", "中华人民共和国国务院", "2024-09-24"),
        ("（2021-08-20）", None, None, "2021-08-20"),
        ("（2020年11月20日海州省人民代表大会常务委员会公告公布）", None, "海州省人民代表大会常务委员会", "2020-11-20"),
        ("（2019年3月1日海州省人民代表大会常务委员会通过，自2019年5月1日起施行。）", None, "海州省人民代表大会常务委员会", "2019-03-01"),
        ("（2018年5月1日海州省人民政府令第5号发布；2021年修订）", "海州省人民政府令第5号", "海州省人民政府", "2018-05-01"),
        ("2022年3月24日 《关于修改有关规章的决定》修改", None, None, None),
    ],
)  # fmt: skip
def test_a_note_below_the_title_tells_who_adopted_the_text(note, doc_no, issuer, day):
    found = parsed(f"渡口管理规定\n\n{note}\n\n第一条 为了加强管理，制定本规定。\n第二条 本规定适用于渡口。")
    document = found.document
    assert (document.title, document.doc_no, document.issued_on) == ("渡口管理规定", doc_no, day)
    assert document.issuers == ((issuer,) if issuer else ()) and [c.kind for c in found.clauses] == [
        "notice",
        "clause",
        "clause",
    ]
    assert (found.clauses[1].text.startswith("第一条") and "国务院" not in (issuer or "")) or document.level == "中央"


def test_a_sentence_that_begins_with_a_day_is_no_note():
    found = parsed(
        "渡口管理规定\n2021年6月9日起，渡口实行新的班次，由省交通运输厅公布。\n第一条 为了加强管理，制定本规定。"
    )
    assert found.document.issued_on is None and "新的班次" in "".join(c.text for c in found.clauses)


def test_a_news_lead_is_the_notice():
    found = parsed(
        "中共中央办公厅 国务院办公厅印发《关于加强保护的意见》\n近日，中共中央办公厅、国务院办公厅印发了《关于加强保护的意见》。\n"
        "《关于加强保护的意见》全文如下。\n为加强保护，提出如下意见。\n一、要求\n坚持保护优先。"
    )
    assert found.document.title == "关于加强保护的意见"
    assert found.document.issuers == ("中共中央办公厅", "国务院办公厅") and found.document.level == "中央"
    assert found.clauses[0].text.endswith("全文如下。")


@pytest.mark.parametrize(
    ("title", "level", "kind"),
    [
        ("国家发展改革委 交通运输部关于印发《某规划》的通知", "部委", "规划"),
        ("甲川省人民政府 乙庆市人民政府关于推进合作的意见", "省市联合", "意见"),
        ("甲川省教育厅 乙庆市教育委员会关于印发《协同行动计划》的通知", "厅局联合", "行动计划"),
        ("甲川省人民政府办公厅关于加快发展的若干措施", "甲川省", "若干措施"),
        ("国务院关于同意设立新区的批复", "中央", "批复"),
        ("中国残疾人联合会关于做好服务的通知", "部委", "通知"),
    ],
)
def test_level_and_kind_follow_from_issuers_and_title(title, level, kind):
    from index.headers import policy_title

    found = header(title, policy_title(title)[0], [], None, [])
    assert (found.level, found.kind) == (level, kind)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("本办法自2024年3月1日起施行，有效期五年。", "2024-03-01", "2029-02-28"),
        ("本办法自2024年3月1日起施行，试行期两年。", "2024-03-01", "2026-02-28"),
        ("本方案有效期至2025年12月31日。", None, "2025-12-31"),
        ("规划期限为2021—2035年，近期到2025年。", "2021", "2035"),
        ("规划期至 2025 年，展望到 2035 年。", None, "2025"),
        ("本办法自印发之日起30日后施行，有效期为10年。", "2023-02-01", "2033-01-31"),
    ],
)
def test_stated_terms_are_periods(text, start, end):
    found = period("某办法", "办法", [text], effective_on([text], "2023-01-02"), "2023-01-02")
    assert (found.start, found.end) == (start, end) and found.text in text


@pytest.mark.parametrize(
    "text", ["到2025年，建成电站30座。", "许可证有效期为5年，自颁发之日起计算。", "按照2030年前碳达峰的要求推进。"]
)
def test_targets_and_terms_of_other_things_are_no_period(text):
    assert period("某方案", "方案", [text], None, "2023-01-02") is None


def test_days_the_calendar_does_not_have_are_no_dates():
    assert effective_on(["本办法自2023年2月30日起施行。"], None) is None
    assert effective_on(["第九条　本条例自二〇二三年十月一日起施行。"], None) == "2023-10-01"


def test_a_file_of_one_plain_text_is_titled_by_its_first_line_or_its_name():
    assert parsed("数字乡村怎么建\n近年来，各地积极探索。\n没有网络就谈不上数字化。").document.title == "数字乡村怎么建"
    assert parsed("一、各单位要加强值守。\n二、及时报告。", "节日值班.txt").document.title == "节日值班"


def test_a_table_of_contents_is_dropped_and_listed():
    found = parsed(
        "某规划\n目 录\n第一章 总则 ...... 1\n第一节 目的 ...... 1\n第二章 格局 ...... 5\n"
        "第一章 总则\n第一节 目的\n制定本规划。\n第二章 格局\n构建两带。"
    )
    assert [line.text[:5] for line in found.dropped] == ["目 录", "第一章 总", "第一节 目", "第二章 格"]
    assert clause(found, "制定本规划").path == ("第一章 总则", "第一节 目的")


def test_an_unchanged_document_keeps_its_digest_when_another_changes():
    before, after = parse(raw(NOTICE + REPLY)), parse(raw(NOTICE.replace("120个", "150个") + REPLY))
    assert before[0].document.digest != after[0].document.digest
    assert before[1].document.digest == after[1].document.digest
    assert before[0].document.doc_id == after[0].document.doc_id


def test_a_table_of_contents_typed_by_hand_is_dropped_whatever_its_numbering():
    rows = (
        "云泽州防汛预案",
        "目  录",
        "1 总则 ........ 1",
        "1.1 目的 ········ 1",
        "附件1 标准 …… 5",
        "1 总则",
        "1.1 目的",
    )
    (found,) = parse(raw("\n".join((*rows, "为应对汛期险情，制定本预案。", "1.2 范围", "本预案适用于本州。"))))
    assert [(c.path, c.text.split("\n")[0]) for c in found.clauses] == [
        (("1 总则",), "1.1 目的"),
        (("1 总则",), "1.2 范围"),
    ]


def test_a_signature_below_an_indented_paragraph_that_ends_at_the_margin_is_a_line_of_its_own():
    wide = "各县应当将渡口的标志、照明和救生设备检查一遍并于月底前上报结果。"
    rows = [
        "云泽州人民政府关于渡口安全的意见",
        *(f"    {n}、落实管护责任。渡口所在乡镇为管护责任人，负责日常巡查和维护工作，" for n in "一二三"),
    ]
    body = [each for row in rows[1:] for each in (row, wide)]
    (found,) = parse(raw("\n".join([rows[0], *body, "云泽州人民政府", "2024年9月10日"])))
    assert found.clauses[-1].text.split("\n")[-2:] == ["云泽州人民政府", "2024年9月10日"]
    assert found.document.issued_on == "2024-09-10"
