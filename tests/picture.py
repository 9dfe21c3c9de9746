"""`python tests/picture.py [QUESTION]`: docs/page.png anew, from the running page with the models and index of the
settings. A palette of 128 colours keeps it below 200 kB."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "川渝高竹新区规划范围总面积是多少？"
LARGEST = 200_000  # bytes
_PATIENCE = 400.0  # seconds for the models to load, and for an answer


def main(question: str) -> None:
    """Start the page, ask, wait until the answer has settled, and keep what the window shows."""
    from playwright.sync_api import sync_playwright

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "ui.py", "--port", str(port)], cwd=ROOT, env=os.environ)
    out = ROOT / "docs" / "page.png"
    try:
        _wait(port, server)
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.set_default_timeout(_PATIENCE * 1000)
            page.goto(f"http://127.0.0.1:{port}/")
            box = page.locator("#question textarea").first
            box.fill(question)
            box.press("Enter")
            page.locator(".tw-answer .tw-copy").first.wait_for()  # shown once nothing more is written
            page.mouse.move(0, 0)
            page.screenshot(path=out)
            browser.close()
    finally:
        server.terminate()
        server.wait(30)
    _small(out)


def _wait(port: int, server: subprocess.Popen) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.3)
    raise SystemExit("the page did not start")


def _small(file: Path) -> None:
    from PIL import Image

    Image.open(file).convert("RGB").quantize(128).save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}: {size} bytes")
    if size > LARGEST:
        raise SystemExit(f"larger than {LARGEST} bytes")


if __name__ == "__main__":
    main(*(sys.argv[1:2] or [QUESTION]))
