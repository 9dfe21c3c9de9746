"""One file as it would be indexed, in lines for a person. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from index.schema import Contents, Taken

_SHOWN = 60  # characters of a clause


def in_words(contents: Contents) -> Iterator[str]:
    """What came of a file: its documents with their facts and clauses, what is missing and what is unsure."""
    pages = f"，{contents.pages} 页" if contents.pages else ""
    yield f"{contents.file}{pages}：{len(contents.taken)} 份文件"
    yield from (f"  有缺：{gap}" for gap in contents.gaps)
    for each in contents.taken:
        yield ""
        yield from _document(each)


def _document(taken: Taken) -> Iterator[str]:
    document = taken.document
    facts = (
        ("文号", document.doc_no),
        ("发文机关", "、".join(document.issuers)),
        ("成文日期", document.issued_on),
        ("层级", document.level),
        ("文种", document.kind),
        ("实施期", document.period.text if document.period else None),
        ("施行日期", document.effective_on),
        ("印发通知", document.notice_title),
    )
    yield f"《{document.title}》"
    yield from (f"  {name}：{value or '未写明'}" for name, value in facts)
    yield from (f"  有缺：{gap}" for gap in document.gaps)
    yield from (f"  存疑：{doubt}" for doubt in taken.doubts)
    yield f"  条款 {len(taken.clauses)} 条："
    for clause in taken.clauses:
        where = " › ".join(clause.path)
        text = " ".join(clause.text.split())
        page = f"（第 {clause.source.page} 页）" if clause.source.page else ""
        yield f"    {clause.ordinal + 1}. {f'〔{where}〕' if where else ''}{text[:_SHOWN]}{'……' if len(text) > _SHOWN else ''}{page}"
