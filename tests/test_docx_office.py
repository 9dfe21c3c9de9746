"""Where LibreOffice is installed: its rendering of a document has the same paragraphs, with the same numbers."""

import shutil
import subprocess

import pytest
from word import cell, item, level, lists, package, paragraph, run, style, table, write

from index.load.docx import read

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="no LibreOffice")
OUTLINE = lists(level(0, "%1."), level(1, "%1.%2"), level(2, "（%3）", "lowerRoman"))
STARTS = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
RESTARTED = f'<w:num w:numId="2"><w:abstractNumId w:val="1"/>{STARTS}</w:num>'
LINKED = "<w:numPr><w:ilvl w:val='{}'/><w:numId w:val='1'/></w:numPr>".format
DOCUMENTS = {
    "levels": (
        "".join(item("内容。", level=at) for at in (1, 0, 2, 1, 0, 1, 2, 2, 1, 0, 2)),
        {"numbering": OUTLINE},
    ),
    "starts": (
        "".join(item("内容。", number) for number in "1122121"),
        {"numbering": lists(level(0, "第%1条", "chineseLegalSimplified"), nums=RESTARTED)},
    ),
    "styles": (
        "".join(paragraph("内容。", f'<w:pStyle w:val="{name}"/>') for name in ("章", "条", "条二", "章", "条")),
        {
            "numbering": OUTLINE,
            "styles": style("章", LINKED(0)) + style("条", LINKED(1)) + style("条二", based_on="条"),
        },
    ),
    "words": (
        paragraph(
            run("甲") + f"<w:ins>{run('乙')}</w:ins><w:hyperlink>{run('丙')}</w:hyperlink><w:r><w:noBreakHyphen/></w:r>"
        )
        + f"<w:sdt><w:sdtContent>{paragraph('丁')}</w:sdtContent></w:sdt>"
        + table((cell("一", "<w:gridSpan w:val='2'/>"),), ("二", "三"))
        + paragraph("末"),
        {},
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_libreoffice_draws_the_same_paragraphs(tmp_path, name):
    body, parts = DOCUMENTS[name]
    source = write(tmp_path, f"{name}.docx", package(body, **parts))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        OFFICE,
        "--headless",
        profile,
        "--convert-to",
        "txt:Text (encoded):UTF8",
        "--outdir",
        str(tmp_path),
        str(source),
    ]
    drawn = tmp_path / f"{name}.txt"
    for _ in range(2):  # the first start of a new profile may only make it
        if not drawn.exists():
            subprocess.run(command, capture_output=True, timeout=120)
    words = "".join(drawn.read_text("utf-8-sig").split()).replace("\u2011", "-")
    assert "".join("".join(line.text for line in read(source.read_bytes()).lines).split()) == words
