"""Where clauses stand on their pages, and the page shown with that place marked."""

import io
from datetime import date

import pytest
from conftest import SAMPLE, built

from index.errors import BadInput, UnreadableFile
from index.places import places
from index.schema import Clause, Line, Place, Source
from index.store import Store
from page import originals, picture
from rag.library import Library


def clause(ordinal, text, page, line):
    return Clause(f"d-{ordinal}", "d", ordinal, "clause", (), text, (), Source("f", page, line))


def line(text, number, page, top, left=0.1):
    return Line(text, number, page, None, (left, top, left + 0.3, top + 0.02))


def test_a_clause_has_the_box_of_its_own_lines_and_none_of_a_heading():
    lines = [
        line("第一条 渔港", 1, 1, 0.10),
        line("由港务所管。", 2, 1, 0.13),
        line("第二章 泊位", 3, 1, 0.20),
        line("第二条 泊位", 4, 1, 0.25),
    ]
    found = places(lines, [clause(0, "第一条 渔港由港务所管。", 1, 1), clause(1, "第二条 泊位", 1, 4)])
    assert found == [(Place(1, (0.1, 0.10, 0.4, 0.15)),), (Place(1, (0.1, 0.25, 0.4, 0.27)),)]


def test_another_column_and_another_page_are_places_of_their_own():
    lines = [
        line("第一条 甲", 1, 1, 0.80),
        line("乙", 2, 1, 0.10, left=0.55),
        line("丙", 1, 2, 0.10),
    ]
    (found,) = places(lines, [clause(0, "第一条 甲乙丙", 1, 1)])
    assert [(place.page, place.box[1]) for place in found] == [(1, 0.80), (1, 0.10), (2, 0.10)]


def test_formats_without_pages_have_no_places():
    assert places([Line("第一条 甲", 1)], [clause(0, "第一条 甲", None, 1)]) == [()]


@pytest.fixture(scope="module")
def library(sample_root):
    return Library(Store.open(sample_root), date(2024, 6, 1))


def held(library, suffix):
    return next(d for d, _, _ in library.documents() if d.file.endswith(suffix))


def test_places_are_kept_with_the_index_and_lie_on_the_page(library):
    found = library.clauses(held(library, ".pdf").doc_id)
    assert all(each.places for each in found)
    for place in (place for each in found for place in each.places):
        left, top, right, bottom = place.box
        assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1 and place.page >= 1


def test_the_page_of_a_clause_is_shown_with_its_place_marked(library):
    document = held(library, ".pdf")
    first = library.clauses(document.doc_id)[2]
    shown = originals.sheet(library, document, first, None)
    assert 'src="data:image/jpeg;base64,' in shown and shown.count('class="tw-place"') == len(first.places)
    assert f"第 {first.places[0].page} / " in shown


def test_the_marked_place_is_where_the_words_are_printed(library):
    import pypdfium2

    document = held(library, ".pdf")
    path, _ = originals.file_of(library, document)
    each = library.clauses(document.doc_id)[2]
    left, top, right, bottom = each.places[0].box
    with pypdfium2.PdfDocument(path) as pdf:
        page = pdf[each.places[0].page - 1]
        w, h = page.get_size()
        printed = page.get_textpage().get_text_bounded(left * w - 2, h - bottom * h - 2, right * w + 2, h - top * h + 2)
    assert "".join(each.text.split())[:10] in "".join(printed.split())


def test_other_formats_and_lost_files_say_what_to_do(library, tmp_path):
    assert "下载原件" in originals.sheet(library, held(library, ".md"), None, None)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "甲.txt").write_text("海州市渔港办法\n第一条 渔港。\n", encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    gone = Library(Store.open(tmp_path / "i"), date(2024, 1, 1))
    (tmp_path / "c" / "甲.txt").unlink()
    with pytest.raises(BadInput, match="已不在"):
        originals.file_of(gone, next(iter(gone.store.documents.values())))


def test_a_picture_with_frames_and_a_damaged_file(tmp_path):
    from PIL import Image

    frames = [Image.new("RGB", (2000, 1000), color) for color in ("white", "red")]
    frames[0].save(tmp_path / "扫描.tif", save_all=True, append_images=frames[1:])
    found = picture.drawn(picture.Job(str(tmp_path / "扫描.tif"), "扫描.tif", 2, 0.0))
    with Image.open(io.BytesIO(found.data)) as image:
        assert (found.pages, image.width) == (2, picture.WIDTH) and image.getpixel((9, 9))[0] > 200
    (tmp_path / "坏.pdf").write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(UnreadableFile, match="画不出来"):
        picture.drawn(picture.Job(str(tmp_path / "坏.pdf"), "坏.pdf", 1, 0.0))


def test_a_page_inside_a_zip_is_shown_and_the_zip_is_what_is_downloaded(tmp_path):
    import zipfile

    pdf = next(SAMPLE.glob("*.pdf"))
    (tmp_path / "c").mkdir()
    with zipfile.ZipFile(tmp_path / "c" / "包.zip", "w") as packed:
        packed.write(pdf, "内/计划.pdf")
    built(tmp_path / "c", tmp_path / "i")
    library = Library(Store.open(tmp_path / "i"), date(2024, 1, 1))
    document = held(library, ".pdf")
    assert "data:image/jpeg" in originals.sheet(library, document, library.clauses(document.doc_id)[1], None)
    copied = originals.copy_for_download(library, document, tmp_path / "room")
    assert copied.name == "包.zip" and copied.read_bytes() == (tmp_path / "c" / "包.zip").read_bytes()
