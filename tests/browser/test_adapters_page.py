"""The page /adapters in a real Chromium: by keyboard alone, readable without eyes, asking nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from adapters.stages import Stage
from serve.catalog import WHOLE
from serve.records.history import history
from serve.records.routing import load_catalog
from serve.records.versions import get_adapter
from tests.browser.conftest import INJECTION, TOKENS, Site

PATHS = (
    "/adapters",
    "/adapters?public=mo",
    "/adapters/mof@1",
    "/adapters/mof@3",
    "/adapters/mof@4",
    "/adapters/mof@3/promote",
    "/adapters/mof@3/canary",
    "/adapters/mof@3/load",
    "/adapters/mof@1/roll-back",
    "/adapters/mof@2/retire",
)
_MOST_TABS = 60
_UNLABELLED = """
return [...document.querySelectorAll('input:not([type=hidden]), textarea, select')]
  .filter(field => !field.labels.length || !field.labels[0].innerText.trim()).map(field => field.name)
"""
_NAMELESS = """
return [...document.querySelectorAll('a, button')].filter(one => !one.innerText.trim()).length
  + [...document.querySelectorAll('[role=region]')].filter(one => {
      const by = one.getAttribute('aria-labelledby');
      return !one.getAttribute('aria-label') && !(by && document.getElementById(by)) }).length
"""
_HEADINGS = "return [...document.querySelectorAll('h1, h2, h3')].map(one => Number(one.tagName[1]))"
_UNSCOPED = "return document.querySelectorAll('th:not([scope])').length"
_FAINT = """
const parse = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
  .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const behind = one => { for (; one; one = one.parentElement) {
  const found = parse(getComputedStyle(one).backgroundColor);
  if (found.length < 4 || found[3] > 0) return found; } return [255, 255, 255]; };
return [...document.querySelectorAll('body *')]
  .filter(one => one.offsetParent && [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .filter(one => { const [a, b] = [light(parse(getComputedStyle(one).color)), light(behind(one))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5 })
  .map(one => one.outerHTML.slice(0, 120))
"""
_RING = (
    "const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && s.outlineWidth"
)


def log_in(browser: Chrome, site: Site, who: str = "wang") -> None:
    browser.delete_all_cookies()
    browser.get(site.url + "/adapters")
    assert browser.current_url == site.url + "/login"
    field = browser.find_element(By.ID, "token")
    field.send_keys(TOKENS[who], Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda driver: driver.current_url == site.url + "/adapters")
    console(browser)  # what is in the records from before is another test's
    requested(browser)


def press(browser: Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def tabs(browser: Chrome) -> Iterator[WebElement]:
    """The elements that Tab leads to, in order, until it leaves the page; each shows that it has the focus."""
    for _ in range(_MOST_TABS):
        press(browser, Keys.TAB)
        focused = browser.switch_to.active_element
        if focused.tag_name == "body":
            return
        assert browser.execute_script(_RING), focused.text
        yield focused
    raise AssertionError("Tab goes round without end")


def tab_to(browser: Chrome, wanted: Callable[[WebElement], bool]) -> WebElement:
    return next(element for element in tabs(browser) if wanted(element))


def follow(browser: Chrome, text: str) -> None:
    """Go with Tab to the link or button of this text and press Enter."""
    tab_to(browser, lambda element: element.text == text)
    before = browser.find_element(By.TAG_NAME, "html")
    press(browser, Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda _: _is_gone(before))


def _is_gone(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    return False


def shares(site: Site) -> dict[str, int]:
    return {share.version: share.weight for share in load_catalog(site.db).shares["mof"]}


def console(browser: Chrome) -> list[str]:
    """Errors and warnings since the last look; recommendations of the browser's makers don't count."""
    return [
        entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")
    ]


def requested(browser: Chrome) -> list[str]:
    """Every address that the page asked for since the last look."""
    messages: list[dict[str, Any]] = [
        json.loads(row["message"])["message"] for row in browser.get_log("performance")
    ]
    return [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]


def test_promote_and_roll_back_by_keyboard_alone(browser: Chrome, site: Site) -> None:
    log_in(browser, site)
    follow(browser, "mof@3")
    follow(browser, "改為服務版本")
    assert "改為服務版本：mof@3" in browser.find_element(By.TAG_NAME, "h1").text
    follow(browser, "確認改為服務版本")  # without a reason nothing happens
    alert = browser.find_element(By.CSS_SELECTOR, "[role=alert]")
    assert "請填寫理由" in alert.text and browser.switch_to.active_element == alert
    assert browser.find_element(By.ID, "reason").get_attribute("aria-invalid") == "true"
    assert shares(site) == {"mof@2": WHOLE}
    tab_to(browser, lambda element: element.get_attribute("id") == "reason")
    press(browser, "新稅率已核對")
    follow(browser, "確認改為服務版本")
    status = browser.find_element(By.CSS_SELECTOR, "main [role=status]")
    assert "已改為服務版本" in status.text and browser.switch_to.active_element == status
    assert shares(site) == {"mof@3": WHOLE}
    browser.get(site.url + "/adapters/mof@2")
    follow(browser, "回復為服務版本")
    tab_to(browser, lambda element: element.get_attribute("id") == "reason")
    press(browser, "答案有誤")
    follow(browser, "確認回復")
    assert shares(site) == {"mof@2": WHOLE}
    told = [
        (row.event.actor, row.event.action, row.event.details["reason"])
        for row in history(site.db, "mof")[:2]
    ]
    assert told == [("wang", "adapter.roll_back", "答案有誤"), ("wang", "adapter.promote", "新稅率已核對")]
    assert "答案有誤" in browser.find_element(By.TAG_NAME, "main").text


def test_a_canary_needs_a_number_and_can_be_ended(browser: Chrome, site: Site) -> None:
    log_in(browser, site)
    browser.get(site.url + "/adapters/mof@3/canary")
    weight = browser.find_element(By.ID, "weight")
    weight.clear()
    weight.send_keys("x")
    browser.find_element(By.ID, "reason").send_keys("先試一成")
    follow(browser, "確認開始試行")
    assert "整數" in browser.find_element(By.CSS_SELECTOR, "[role=alert]").text
    assert "1 到 99" in browser.find_element(By.ID, "weight-hint").text
    # What was typed is still there.
    assert browser.find_element(By.ID, "reason").get_attribute("value") == "先試一成"
    weight = browser.find_element(By.ID, "weight")
    weight.clear()
    weight.send_keys("10")
    follow(browser, "確認開始試行")
    assert shares(site) == {"mof@2": 90, "mof@3": 10}
    follow(browser, "終止試行")
    browser.find_element(By.ID, "reason").send_keys("結束")
    follow(browser, "確認終止試行")
    assert shares(site) == {"mof@2": WHOLE}


@pytest.mark.parametrize("site", [True], indirect=True, ids=["two persons"])
def test_two_persons_in_the_browser(browser: Chrome, site: Site) -> None:
    log_in(browser, site)
    browser.get(site.url + "/adapters/mof@3/promote")
    assert "需要兩個人" in browser.find_element(By.TAG_NAME, "main").text
    browser.find_element(By.ID, "reason").send_keys("新稅率")
    follow(browser, "送出申請")
    assert "需由另一人核准" in browser.find_element(By.CSS_SELECTOR, "main [role=status]").text
    assert not browser.find_elements(By.LINK_TEXT, "核准申請")
    assert shares(site) == {"mof@2": WHOLE}
    log_in(browser, site, "lin")
    assert "新稅率" in browser.find_element(By.CSS_SELECTOR, "section[aria-labelledby=pending]").text
    follow(browser, "mof@3")
    follow(browser, "核准申請")
    follow(browser, "確認核准")
    assert shares(site) == {"mof@3": WHOLE}
    assert history(site.db, "mof@3")[0].event.details["asked_by"] == "wang"


def test_what_serves_is_retired_only_with_the_box_ticked(browser: Chrome, site: Site) -> None:
    log_in(browser, site)
    browser.get(site.url + "/adapters/mof@2/retire")
    browser.find_element(By.ID, "reason").send_keys("機關退出")
    follow(browser, "確認除役")
    assert "請勾選" in browser.find_element(By.CSS_SELECTOR, "[role=alert]").text
    assert get_adapter(site.db, "mof@2").stage is Stage.SERVING
    tab_to(browser, lambda element: element.get_attribute("id") == "last")
    press(browser, Keys.SPACE)
    follow(browser, "確認除役")
    assert get_adapter(site.db, "mof@2").stage is Stage.RETIRED


def test_a_card_with_a_script_stays_text(browser: Chrome, site: Site) -> None:
    log_in(browser, site)
    browser.get(site.url + "/adapters/mof@4")
    assert browser.title.startswith("mof@4")
    assert browser.find_element(By.ID, "card").find_element(By.XPATH, "..").text.count(INJECTION) == 4
    assert not browser.find_elements(By.CSS_SELECTOR, "img, main script")
    browser.get(site.url + "/adapters/mof@3/promote")
    browser.find_element(By.ID, "reason").send_keys(INJECTION)
    follow(browser, "確認改為服務版本")
    assert INJECTION in browser.find_element(By.TAG_NAME, "main").text
    assert not browser.find_elements(By.CSS_SELECTOR, "img, main script")
    assert console(browser) == []


def test_every_page_is_usable_without_eyes_and_asks_nobody_else(browser: Chrome, site: Site) -> None:
    log_in(browser, site)
    for path in PATHS:
        browser.get(site.url + path)
        assert browser.execute_script(_UNLABELLED) == [], path
        assert browser.execute_script(_NAMELESS) == 0, path
        assert browser.execute_script(_UNSCOPED) == 0, path
        assert browser.execute_script(_FAINT) == [], path
        headings = browser.execute_script(_HEADINGS)
        assert headings.count(1) == 1 and headings[0] == 1, path
        assert all(later - one <= 1 for one, later in pairwise(headings)), path
        assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "zh-Hant-TW"
        assert browser.find_elements(By.TAG_NAME, "main") and browser.title.endswith("便民 機關模型管理")
    assert console(browser) == []
    asked = {urlsplit(url)[:2] for url in requested(browser) if not url.startswith("data:")}
    assert asked == {("http", urlsplit(site.url).netloc)}
    assert browser.execute_script("return document.scripts.length") == 0


def test_the_focus_goes_in_the_order_of_reading(browser: Chrome, site: Site) -> None:
    log_in(browser, site)
    browser.get(site.url + "/adapters/mof@3/canary")
    order = [element.text or element.get_attribute("id") for element in tabs(browser)]
    assert order == [
        "跳到主要內容",
        "便民 機關模型管理",
        "登出",
        "版本清單",
        "mof@3",
        "weight",
        "reason",
        "確認開始試行",
        "取消",
    ]
    browser.get(site.url + "/adapters/mof@3/canary")
    follow_skip = tab_to(browser, lambda element: element.text == "跳到主要內容")
    follow_skip.send_keys(Keys.ENTER)
    assert tab_to(browser, lambda element: True).text == "版本清單"


def test_the_report_is_a_page_without_rights(browser: Chrome, site: Site) -> None:
    log_in(browser, site)
    browser.get(site.url + "/adapters/mof@3")
    follow(browser, "完整評測報告")
    assert "評測報告" in browser.find_element(By.TAG_NAME, "h1").text
    assert browser.execute_script("return self.origin") == "null", "it could act in the user's name"
    assert all(url.startswith((site.url, "data:")) for url in requested(browser))
    assert console(browser) == []


def test_a_viewer_sees_and_can_do_nothing(browser: Chrome, site: Site) -> None:
    log_in(browser, site, "guest")
    browser.get(site.url + "/adapters/mof@3")
    assert "沒有可執行的動作" in browser.find_element(By.TAG_NAME, "main").text
    browser.get(site.url + "/adapters/mof@3/promote")
    assert not browser.find_elements(By.CSS_SELECTOR, "main form")
    assert shares(site) == {"mof@2": WHOLE}


def test_log_out_ends_the_session_also_for_a_kept_cookie(browser: Chrome, site: Site) -> None:
    log_in(browser, site)
    (cookie,) = browser.get_cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    follow(browser, "登出")
    assert browser.current_url == site.url + "/login"
    browser.add_cookie({"name": cookie["name"], "value": cookie["value"]})
    browser.get(site.url + "/adapters")
    assert browser.current_url == site.url + "/login"
