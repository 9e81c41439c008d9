"""What hostile posts hold, in a browser: nothing of it runs, loads or asks after it was cleaned."""

from typing import TYPE_CHECKING

import pytest

from newsletter.sources.cleaning.clean import clean_html
from newsletter.sources.cleaning.plain_text import plain_title
from newsletter.sources.reading.parse_page import parse_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.story, pytest.mark.browser]

HIT = "console.log(7777)"  # heard also when the page is left at once
# Ways to make a browser run something, as they are known; each would call HIT.
PAYLOADS = [
    f"<script>{HIT}</script>",
    f"<img src=x onerror={HIT}>",
    f"<svg onload={HIT}><circle/></svg>",
    f"<svg><script>{HIT}</script></svg>",
    f"<math><mtext><img src=x onerror={HIT}></mtext></math>",
    f"<details open ontoggle={HIT}>x</details>",
    f"<video><source onerror={HIT}></video>",
    f"<body onload={HIT}>",
    f"<iframe srcdoc='<script>parent.{HIT}</script>'></iframe>",
    f"<object data='data:text/html,<script>parent.{HIT}</script>'></object>",
    f"<a id=link href='javascript:{HIT}'>x</a>",
    f"<a id=link href='java&#9;script:{HIT}'>x</a>",
    f"<a id=link href='&#1;javascript:{HIT}'>x</a>",
    f"<form id=f action='javascript:{HIT}'><button id=link>x</button></form>",
    f"<input autofocus onfocus={HIT}>",
    f"<p style='background:url(javascript:{HIT})' onmouseover={HIT}>x</p>",
    f"<noscript><p title='</noscript><img src=x onerror={HIT}>'></noscript>",
    f"<template><script>{HIT}</script></template>",
    f"<style>@import 'data:text/css,x';</style><table><td background='javascript:{HIT}'>x</td></table>",
    f"<a href='x' title='&quot;><img src=x onerror={HIT}>'>x</a>",
    f"<<script>{HIT}//<</script>",
    f"<img src='x'\x00onerror={HIT}>",
    f"<b><i></b><svg/onload={HIT}>",
    f"<meta http-equiv=refresh content='0;url=javascript:{HIT}'>",
    f"<base href='javascript:{HIT}//'><a id=link href='x'>x</a>",
    f"<select><template><img src=x onerror={HIT}></template></select>",
    f"<p>&lt;script&gt;{HIT}&lt;/script&gt;</p>",
    f"<!--><img src=x onerror={HIT}>-->",
    f"<title><img src=x onerror={HIT}></title>",
    f"<xmp><img src=x onerror={HIT}></xmp>",
]


def hits(browser: "Browser", markup: str) -> tuple[bool, list[str]]:
    """Show markup, click its links, and tell whether anything ran, and what was asked for."""
    page, asked, said = browser.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/*", lambda route: route.abort())
    page.set_content(f"<!doctype html><body>{markup}</body>", wait_until="load")
    page.evaluate("document.querySelectorAll('a, button').forEach(link => setTimeout(() => link.click()))")
    page.wait_for_timeout(20)
    page.close()
    return "7777" in said, [url for url in asked if not url.startswith("about:")]


def test_the_payloads_are_live(browser: "Browser") -> None:
    """Uncleaned, most of these run: a browser in which none did would prove nothing below."""
    live = [hits(browser, payload)[0] for payload in PAYLOADS]
    assert sum(live) >= len(PAYLOADS) // 3, live


def test_nothing_hostile_survives_cleaning(browser: "Browser") -> None:
    """Whether a feed's text, a page's article or a title holds it: nothing runs, and no other server is asked."""
    told = "<p>Partners from eleven countries describe samples, records and consent in one way.</p>" * 4
    for payload in PAYLOADS:
        page = f"<html><head><title>A report</title></head><body><h1>A report</h1>{told}{payload}{told}</body></html>"
        for markup in (
            clean_html(payload, base="https://site.example/"),
            parse_page(page.encode(), url="https://site.example/1").html,
        ):
            ran, asked = hits(browser, markup)
            assert not ran, (payload, markup)
            assert [url for url in asked if not url.startswith("https://site.example/")] == [], (payload, markup)
        assert "<img" not in plain_title(payload)
