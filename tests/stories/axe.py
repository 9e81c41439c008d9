"""Asks axe-core what is wrong with a page by the rules of WCAG 2.2, A and AA. The script comes with the package."""

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def faults_of(page: "Page") -> list[str]:
    """Give each fault in words, with the element that has it."""
    violations = Axe().run(page, options=_RULES).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in violations]
