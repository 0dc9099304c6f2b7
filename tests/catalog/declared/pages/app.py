from playwright import async_api
from playwright.sync_api import Browser, BrowserType


def unsafe(browser: Browser, url):
    page = browser.new_page()  # expect: LK102
    page.goto(url)
    page.close()


def titles(browser: Browser, urls):
    found = []
    for url in urls:
        page = browser.new_page()  # expect: LK103
        if page.goto(url) is None:
            continue
        found.append(page.title())
        page.close()
    return found


def never_closed(browser: Browser, url):
    page = browser.new_page()  # expect: LK101
    page.goto(url)


async def not_awaited(browser: async_api.Browser, url):
    page = await browser.new_page()  # expect: LK204
    await page.goto(url)
    page.close()


def by_name(context, url):
    page = context.new_page()  # expect: LK102
    page.goto(url)
    page.close()


def safe(browser: Browser, url):
    page = browser.new_page()  # expect: ok
    try:
        page.goto(url)
    finally:
        page.close()


def with_its_browser(chromium: BrowserType, url):
    browser = chromium.launch()  # expect: ok
    try:
        page = browser.new_page()  # expect: ok
        page.goto(url)
    finally:
        browser.close()


def kept_by_the_caller(browser: Browser):
    return browser.new_page()  # expect: ok
