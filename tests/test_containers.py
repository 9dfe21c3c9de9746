"""Zip archives and e-mails: each member a file of its own, whatever its name's encoding; traps are named."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage

from eval.bench import written
from index.load import containers, load_files, load_folder

BLOCKS = [("title", "云泽州渡口管理办法"), ("p", "第一条　渡口应当设置标志。")]


def loaded(folder, name, data):
    (folder / name).write_bytes(data)
    raws, failures = load_files(folder / name, name)
    texts = {raw.file: [line.text for line in raw.lines if line.text] for raw in raws}
    return texts, {failure.file: failure.reason for failure in failures}


def test_members_are_files_of_their_own_read_by_their_content(tmp_path):
    inner = written.zipped({"下级/b.doc": written.rtf(BLOCKS)})
    hidden = {"__MACOSX/._a": b"x", ".x/y.txt": b"x"}
    data = written.zipped({"a.docx": written.docx(BLOCKS), "附件.zip": inner, "图.svg": b"<svg/>", **hidden})
    raws, failures = loaded(tmp_path, "包.zip", data)
    assert list(raws) == ["包.zip/a.docx", "包.zip/附件.zip/下级/b.doc"]
    assert all(rows == [text for _, text in BLOCKS] for rows in raws.values())
    assert list(failures) == ["包.zip/图.svg"] and "不支持的格式 .svg" in failures["包.zip/图.svg"]


def test_names_never_lead_upwards(tmp_path):
    raws, _ = loaded(tmp_path, "包.zip", written.zipped({"../../etc/标志.txt": "第一条　标志应当清楚。"}))
    assert list(raws) == ["包.zip/etc/标志.txt"]


def test_a_name_in_gbk_is_decoded():
    info = zipfile.ZipInfo("渡口办法.txt".encode("gbk").decode("cp437"))
    assert containers._named(info) == "渡口办法.txt"


def test_bombs_locks_and_depth_are_named(tmp_path, monkeypatch):
    deep = written.zipped({"a.txt": "第一条　渡口应当设置标志。"})
    for level in range(4):
        deep = written.zipped({f"{level}.zip": deep})
    _, failures = loaded(tmp_path, "deep.zip", deep)
    assert list(failures.values()) == ["压缩包套了 3 层以上，请解压后再放入"]
    _, failures = loaded(tmp_path, "bomb.zip", written.zipped({"a.txt": b"0" * 30_000_000}))
    assert list(failures.values()) == ["解压后过大，请解压后再放入"]
    monkeypatch.setattr(containers, "_MEMBERS", 1)
    _, failures = loaded(tmp_path, "many.zip", written.zipped({"a.txt": "x", "b.txt": "y"}))
    assert "有 2 个文件" in failures["many.zip"]
    data = bytearray(written.zipped({"a.txt": "第一条　渡口应当设置标志。"}))
    data[6] |= 1
    data[data.find(b"PK\1\2") + 8] |= 1
    _, failures = loaded(tmp_path, "locked.zip", bytes(data))
    assert failures == {"locked.zip/a.txt": "压缩包有密码，请解压后再放入"}


def test_a_damaged_archive_and_other_archives_say_what_to_do(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\3\4 nothing")
    (tmp_path / "b.rar").write_bytes(b"Rar!\x1a\x07\0")
    (tmp_path / "c.zip").write_bytes(b"7z\xbc\xaf\x27\x1c..")
    raws, failures = load_folder(tmp_path)
    assert not raws and {f.file: f.reason[:12] for f in failures} == {
        "a.zip": "ZIP 压缩包已损坏或不",
        "b.rar": "压缩包（RAR）不能直接",
        "c.zip": "压缩包（7z）不能直接读",
    }


def test_an_e_mail_is_its_text_and_its_attachments(tmp_path):
    message = EmailMessage()
    message["Subject"], message["From"] = "关于报送渡口名录的通知", "a@example.invalid"
    message.set_content("请于6月1日前报送渡口名录。\n")
    message.add_attachment(
        written.docx(BLOCKS), maintype="application", subtype="octet-stream", filename="渡口办法.docx"
    )
    raws, failures = loaded(tmp_path, "信.eml", message.as_bytes())
    assert (
        raws
        == {
            "信.eml/正文.txt": ["关于报送渡口名录的通知", "请于6月1日前报送渡口名录。"],
            "信.eml/渡口办法.docx": [text for _, text in BLOCKS],
        }
        and not failures
    )


def test_a_file_is_read_by_its_content_where_its_name_says_otherwise(tmp_path):
    for name, data in (
        ("a.docx", written.odt(BLOCKS)),
        ("b.txt", written.rtf(BLOCKS)),
        ("c.zip", written.docx(BLOCKS)),
    ):
        raws, failures = loaded(tmp_path, name, data)
        assert not failures and list(raws.values()) == [[text for _, text in BLOCKS]]
