"""What a file is by its content: magic bytes and, in a package, the parts it has. The suffix is only believed where the
content does not say otherwise."""

from __future__ import annotations

import io
import zipfile

from index.errors import UnreadableContent

_PARTS = {  # a part that only this kind of package has
    "word/document.xml": ".docx",
    "xl/workbook.xml": ".xlsx",
    "OFD.xml": ".ofd",
    "ppt/presentation.xml": ".pptx",
    "xl/workbook.bin": ".xlsb",
}
_MIMETYPES = {
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.text-template": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
_STREAMS = {"WordDocument": ".doc", "Workbook": ".xls", "Book": ".xls", "PowerPoint Document": ".ppt"}
_MAGIC = (
    (b"%PDF-", ".pdf"),
    (b"{\\rtf", ".rtf"),
    (b"Rar!\x1a\x07", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
    (b"\x1f\x8b\x08", ".gz"),
    (b"\x89PNG\r\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXTUAL = (".txt", ".md", ".markdown", ".csv")  # whose content may begin like anything
_PACKAGED = "压缩包（{}）不能直接读取，请解压后再放入，或改存为 zip"
ADVICE = {  # formats that are not read, and what to do with them
    ".rar": _PACKAGED.format("RAR"), ".7z": _PACKAGED.format("7z"), ".gz": _PACKAGED.format("gz"),
    ".tar": _PACKAGED.format("tar"),
    ".pptx": "是演示文稿，请另存为 PDF", ".ppt": "是演示文稿，请另存为 PDF", ".dps": "是演示文稿，请另存为 PDF",
    ".xlsb": "是二进制工作簿，请用 Excel 或 WPS 另存为 .xlsx", ".ceb": "请用阅读器转存为 PDF 或 OFD",
    ".cebx": "请用阅读器转存为 PDF 或 OFD", ".caj": "请用阅读器转存为 PDF", ".gd": "请用阅读器转存为 PDF 或 OFD",
    ".msg": "是 Outlook 邮件，请另存为 .eml，或把附件另存后放入", ".pages": "请另存为 .docx", ".numbers": "请另存为 .xlsx",
    ".wpt": "是 WPS 模板，请另存为 .docx", ".uot": "请用 WPS 另存为 .docx", ".uof": "请用 WPS 另存为 .docx",
}  # fmt: skip


def kind(data: bytes, suffix: str) -> str:
    """The suffix under which to read `data`: that of its content where this is sure, else `suffix`.

    UnreadableContent for a package that is locked.
    """
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(_OLE):
        return _compound(data) or suffix
    if data.startswith(b"PK\x03\x04"):
        return _package(data) or suffix
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if suffix in _TEXTUAL:
        return suffix
    start = head[:400].lower()
    if (b"<html" in start and start.startswith(b"<")) or start.startswith(b"<!doctype html"):
        return ".html"
    if start.startswith(b"mime-version:") and b"multipart/related" in data[:4096].lower():
        return ".mht"
    return suffix


def _package(data: bytes) -> str | None:
    """The kind of a zip package; None where it is damaged or of no kind known."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = set(packed.namelist())
            for part, found in _PARTS.items():
                if part in names:
                    return found
            if "mimetype" in names and packed.getinfo("mimetype").file_size < 200:
                return _MIMETYPES.get(packed.read("mimetype").decode("ascii", "replace").strip())
            loose = next((name for name in names if name.rsplit("/", 1)[-1].lower() == "ofd.xml"), None)
            if loose is not None and "/" not in loose:
                return ".ofd"
            return ".zip" if "[Content_Types].xml" not in names else None
    except Exception:  # the reader that the suffix names will say what is wrong with it
        return None


def _compound(data: bytes) -> str | None:
    import olefile

    try:
        with olefile.OleFileIO(data) as ole:
            names = {entry[0] for entry in ole.listdir()}
    except Exception:  # as above
        return None
    if "EncryptedPackage" in names:
        raise UnreadableContent("文件有密码保护，请去掉密码后另存")
    if any(name.startswith("__substg1.0_") for name in names):
        return ".msg"
    return next((found for stream, found in _STREAMS.items() if stream in names), None)
