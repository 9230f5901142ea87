"""Chromium for the tests that need a real browser. Where there is none they are skipped, but not in CI on Linux."""

import os
import shutil
import sys

import pytest
from selenium import webdriver

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


def start(*arguments, page_load_strategy="normal"):
    """A headless Chromium that logs its console and its requests; it is to be `quit`. arguments: more of its switches.
    page_load_strategy: what `get` waits for."""
    if not (BROWSER and DRIVER):
        if os.environ.get("CI") and sys.platform == "linux":
            pytest.fail("CI needs a browser: install chromium and chromium-driver")
        pytest.skip("no browser: install chromium and chromium-driver to test what it shows")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in (
        "headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
        "disable-component-update", "disable-sync",
        "force-effective-connection-type=4G",  # without a network Chromium complains that loading fonts is slow
        *arguments,
    ):  # fmt: skip
        options.add_argument(f"--{argument}")
    options.page_load_strategy = page_load_strategy
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    browser.set_script_timeout(100)  # seconds; a hundred positions through a network. Selenium itself gives up at 120
    return browser


def resize(browser, width, height, mobile=False):
    """Make the window's inside width x height pixels."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def hard_to_read(browser, roots, smallest):
    """The texts inside elements that are smaller than `smallest` pixels, have a contrast below 4.5 or are hidden, with
    what is wrong. roots: these elements, as JavaScript."""
    return browser.execute_script(HARD_TO_READ.replace("ROOTS", roots), smallest)


HARD_TO_READ = r"""
const numbers = colour => colour.match(/[\d.]+/g).map(Number);
const light = colour => numbers(colour).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const paper = element => {
    for (; element; element = element.parentElement) {
        const colour = getComputedStyle(element).backgroundColor;
        if ((numbers(colour)[3] ?? 1) === 1) return colour;
    }
};
const wrong = [];
for (const root of [ROOTS]) {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode.textContent.trim(), element = texts.currentNode.parentElement;
        if (!text || element.closest('aside, script, style') || !element.getClientRects().length) continue;
        const style = getComputedStyle(element), size = parseFloat(style.fontSize);
        const [bright, dark] = [style.color, paper(element)].map(light).sort((a, b) => b - a);
        const contrast = (bright + 0.05) / (dark + 0.05);
        if (size < arguments[0] || contrast < 4.5 || style.visibility !== 'visible')
            wrong.push(`${text.slice(0, 20)}: ${size} px, contrast ${contrast.toFixed(1)}, ${style.visibility}`);
    }
}
return wrong;
"""
