"""Saved web pages: what is the document, and what is the site around it."""

from __future__ import annotations

import pytest

from index.errors import UnreadableContent
from index.load import html
from index.parse import parse
from index.schema import RawText

TITLE = "云泽州人民政府关于加强渡口安全管理的通知"
BODY = """<p>各县（市）人民政府，州政府各部门：</p><p>　　为加强渡口安全管理，现就有关事项通知如下。</p>
<p>　　一、落实责任。各县（市）人民政府对本行政区域渡口安全负总责，每季度至少检查一次。</p>
<p>　　二、更新渡船。对使用满15年的渡船，每艘补助3万元。</p><p style="text-align:right">云泽州人民政府<br>2025年3月6日</p>"""
# An old site: nested layout tables, a menu, tools, neighbours.
TABLES = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>{TITLE}_云泽州人民政府网站</title></head>
<body><table width=1000><tr><td><table><tr><td><a href=/>首页</a></td><td><a href=/z>走进云泽</a></td><td><a href=/x>政务公开</a></td>
</tr></table></td></tr><tr><td>您的位置：<a href=/>首页</a>&gt;<a href=/g>公文</a></td></tr><tr><td><table><tr><td><b>{TITLE}</b></td></tr>
<tr><td>来源：州政府办公室　发布时间：2025-03-10　浏览次数：1203　字体：【大 中 小】</td></tr>
<tr><td id=zoom>云政发〔2025〕8号<br><br>{BODY}</td></tr><tr><td>【打印】【关闭】</td></tr></table></td></tr>
<tr><td>版权所有：云泽州人民政府　网站标识码：1100000001　滇ICP备00000001号</td></tr></table></body></html>"""
# A site of today: facts in a table above, tools, attachments, related links, a code to scan.
TODAY = f"""<!doctype html><html><head><meta charset="utf-8"><meta name="ArticleTitle" content="{TITLE}">
<title>{TITLE} - 云泽州人民政府</title></head><body><header class="header"><ul class="nav"><li><a href="/">首页</a></li><li><a href="/a">要闻
动态</a></li><li><a href="/b">政务公开</a></li></ul><form><input value="请输入关键字"><button>搜索</button></form></header>
<div class="container"><div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/b">政务公开</a></div>
<div class="xxgk-head"><table><tr><td>索 引 号：</td><td>000014349/2025-00012</td><td>主题分类：</td><td>交通运输</td></tr>
<tr><td>发文机关：</td><td>云泽州人民政府</td><td>成文日期：</td><td>2025年03月06日</td></tr>
<tr><td>标　　题：</td><td colspan=3>{TITLE}</td></tr><tr><td>发文字号：</td><td>云政发〔2025〕8号</td><td>发布日期：</td><td>2025年03月10日</td></tr></table></div>
<div class="article"><h1>{TITLE}</h1><div class="tools">分享到：<a href="#">微信</a> <a href="#">微博</a>　【打印】</div>
<div class="TRS_Editor">{BODY}<p>附件：<a href="./P020250310.xlsx">渡船补贴标准表.xlsx</a></p></div>
<div class="xgwj"><h3>相关文件</h3><ul><li><a href="/1">云泽州渡口管理办法解读</a></li><li><a href="/2">一图读懂渡口安全</a></li><li><a href="/3">渡船
更新问答</a></li></ul></div></div></div><div class="footer"><p>主办：云泽州人民政府办公室　承办：云泽州大数据中心</p>
<p>网站标识码：1100000001　联系电话：0000-0000000</p></div></body></html>"""


def lines(page, encoding="utf-8"):
    return html.read(page.encode(encoding))


def texts(reading):
    return [line.text.strip() for line in reading.lines if line.text.strip()]


def parsed(reading):
    return parse(RawText("网页.html", tuple(reading.lines), "", tuple(reading.gaps)))[0]


@pytest.mark.parametrize(("page", "encoding"), [(TABLES, "gb18030"), (TODAY, "utf-8")], ids=["old", "new"])
def test_the_document_of_a_page_without_what_is_around_it(page, encoding):
    reading = lines(page, encoding)
    found = parsed(reading)
    assert (found.document.title, found.document.doc_no) == (TITLE, "云政发〔2025〕8号")
    assert found.document.issuers == ("云泽州人民政府",) and found.document.issued_on == "2025-03-06"
    assert [clause.text.split("。")[0] for clause in found.clauses[1:3]] == ["一、落实责任", "二、更新渡船"]
    whole = "".join(texts(reading))
    assert whole.count(TITLE) == 1
    for word in (
        "首页",
        "打印",
        "浏览次数",
        "标识码",
        "一图读懂",
        "搜索",
        "当前位置",
        "您的位置",
        "索引号",
        "微博",
        "承办",
    ):
        assert word not in whole


def test_attachments_and_pictures_are_named():
    page = TODAY.replace("<p>附件：", '<p><img src="P1.jpg" width="600"></p><p>附件：')
    assert lines(page).gaps == ("正文里有图片，图片内容未收录", "附件 渡船补贴标准表.xlsx 未收录")


def test_a_page_that_is_only_a_text_is_whole():
    page = "<html><body><p>第一条　渡口应当设置标志。</p><p>上一条的标志由县级人民政府设置</p><p>来源：见附表</p></body></html>"
    assert texts(lines(page)) == ["第一条　渡口应当设置标志。", "上一条的标志由县级人民政府设置", "来源：见附表"]


def test_headings_keep_their_level_lists_their_numbers_and_struck_text_is_out():
    page = (
        "<body><h1>某州渡口工作规范文本</h1><h2>检查</h2><p>检查包括下列各项，缺一不可：</p><ol><li>救生设备</li><li>载客\n人数</li></ol>"
        '<ol type="a" start="3"><li>船员</li></ol><ul><li>其他事项</li></ul><p>每年<del>10</del>20次。</p></body>'
    )
    reading = lines(page)
    assert [(line.text, line.level) for line in reading.lines] == [
        ("某州渡口工作规范文本", 1),
        ("检查", 2),
        ("检查包括下列各项，缺一不可：", None),
        ("1. 救生设备", None),
        ("2. 载客人数", None),
        ("c. 船员", None),
        ("其他事项", None),
        ("每年20次。", None),
    ]
    assert reading.gaps == ("有划去的文字，未收录",)


def test_merged_cells_are_carried_and_a_header_of_two_rows_is_one():
    page = (
        "<body><p>各县（市）补贴标准如下，自本年起执行。</p><table><thead><tr><th rowspan=2>县（市）</th><th colspan=2>标准（元）</th></tr>"
        "<tr><th>渡口</th><th>渡船</th></tr></thead><tr><td rowspan=2>临江县</td><td>300</td><td>500</td></tr>"
        "<tr><td>320</td><td>520</td></tr><tr><td>高台县</td><td colspan=2>400</td></tr></table></body>"
    )
    assert texts(lines(page))[1:] == [
        "县（市）\t标准（元）渡口\t标准（元）渡船",
        "临江县\t300\t500",
        "临江县\t320\t520",
        "高台县\t400\t400",
    ]


def test_scripts_comments_and_hidden_text_are_no_text():
    page = TODAY.replace(
        "<p>附件", '<script>alert("脚本")</script><!-- 注释 --><p style="display: none">隐藏的话。</p><p>附件'
    )
    assert not any(word in "".join(texts(lines(page))) for word in ("脚本", "注释", "隐藏"))


def test_a_web_archive_is_read_by_its_page():
    import base64

    body = base64.encodebytes(TODAY.encode()).decode()
    data = (
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\nContent-Type: text/html; charset="utf-8"\n'
        f"Content-Transfer-Encoding: base64\n\n{body}\n--x--\n"
    )
    assert parsed(html.read(data.encode())).document.title == TITLE
    with pytest.raises(UnreadableContent, match="仅 HTML"):
        html.read(b"MIME-Version: 1.0\nContent-Type: text/plain\n\nno page")


@pytest.mark.parametrize("declared", ["gb2312", "utf-8", ""])
def test_a_wrong_declaration_does_not_spoil_the_text(declared):
    page = f"<html><head><meta charset={declared}></head><body>{BODY}</body></html>"
    for encoding in ("utf-8", "gb18030"):
        if (declared, encoding) != ("gb2312", "utf-8"):
            assert "更新渡船" in "".join(texts(lines(page, encoding)))


def test_an_empty_page_is_refused():
    with pytest.raises(UnreadableContent, match="为空"):
        html.read(b"  ")


def test_a_page_cut_off_is_read_as_far_as_it_goes_and_named():
    reading = lines(TODAY[: TODAY.index("二、更新渡船")])
    assert (
        any(row.startswith("一、落实责任") for row in texts(reading))
        and "网页不完整，后面的内容可能缺失" in reading.gaps
    )
