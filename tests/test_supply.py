"""What is installed is pinned with its digest, and the lock is of the requirements as they are."""

import re
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

LOCKS = {
    "requirements.lock": ("requirements.txt",),
    "tests/requirements.lock": ("requirements.txt", "tests/requirements.txt"),
}


def pinned(file: Path) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {name.lower().replace("_", "-"): version for name, version in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_locked_with_its_digest(lock):
    rows = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[a-z0-9.-]+==\S+ --hash=sha256:[0-9a-f]{64}", row) for row in rows[1:]) and len(rows) > 60
    locked = pinned(ROOT / lock)
    for source in LOCKS[lock]:
        assert {n: v for n, v in pinned(ROOT / source).items() if locked.get(n) != v} == {}, "make lock"


def test_a_bundle_is_refused_where_a_file_of_it_is_damaged_or_missing(tmp_path):
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "a.whl").write_bytes(b"a")
    (tmp_path / "requirements.lock").write_bytes((ROOT / "requirements.lock").read_bytes())
    sums = subprocess.run("find . -type f | xargs sha256sum", shell=True, cwd=tmp_path, capture_output=True, check=True)
    (tmp_path / "SHA256SUMS").write_bytes(sums.stdout)

    def check():
        done = subprocess.run(
            ["sh", ".ci/unbundle", "--check", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
        )
        return done.returncode, done.stderr

    assert check() == (0, "")
    (tmp_path / "wheels" / "a.whl").write_bytes(b"b")
    code, said = check()
    assert code == 2 and "已损坏" in said and "a.whl" in said
    (tmp_path / "SHA256SUMS").unlink()
    assert check()[0] == 2
