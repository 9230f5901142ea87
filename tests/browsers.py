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
        "disable-component-update", "disable-sync", *arguments,
    ):  # fmt: skip
        options.add_argument(f"--{argument}")
    options.page_load_strategy = page_load_strategy
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))


def resize(browser, width, height, mobile=False):
    """Make the window's inside width x height pixels."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
