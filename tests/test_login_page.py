"""The page behind a login in a real Chromium: nothing of it breaks under the headers, and it knows who asks."""

import shutil

import pytest
from serving import PASSWORD, house_over, served

from serve.house import Mode

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
QUESTION = "岚城至湾城城际铁路全长多少公里？"


def test_one_logs_in_asks_and_is_known_and_no_header_stands_in_the_way(sample_root, tmp_path):
    from playwright.sync_api import sync_playwright

    house = house_over(sample_root, tmp_path, Mode.ACCOUNTS)
    house.accounts.add("李丽", PASSWORD, "reader")
    said, foreign = [], []
    with served(house, page=True) as url, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = chromium.new_page(viewport={"width": 390, "height": 844})
        tab.set_default_timeout(60_000)
        tab.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda r: None if r.url.startswith((url, "data:", "blob:")) else foreign.append(r.url))
        tab.goto(f"{url}/?x=1")
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth") and "登录" in tab.title()
        tab.screenshot(path=tmp_path / "login.png")
        tab.fill("input[name=user]", "李丽")
        tab.fill("input[name=password]", "一个错误的密码")
        tab.press("input[name=password]", "Enter")
        assert "不对" in tab.inner_text("[role=alert]") and tab.input_value("input[name=user]") == "李丽"
        said.clear()  # Chromium reports the 403 itself
        tab.fill("input[name=password]", PASSWORD)
        tab.press("input[name=password]", "Enter")
        tab.wait_for_selector("#question textarea")
        assert tab.url.startswith(f"{url}/?x=1")
        tab.fill("#question textarea", QUESTION)
        tab.press("#question textarea", "Enter")
        tab.wait_for_selector("#chat :text('118 公里')")
        row = house.audit._db.row("SELECT user, door, asked FROM entries WHERE kind = 'ask'")
        assert tuple(row) == ("李丽", "page", QUESTION)
        tab.goto(f"{url}/account")
        tab.screenshot(path=tmp_path / "account.png")
        tab.click("text=退出登录")
        assert "/login" in tab.url
        chromium.close()
    assert said == [] and foreign == []
