"""What axe finds on a page in the browser.

Its script is half a megabyte: parsing it takes as long as a look at a page. A page gets it once, however often it is
looked at, narrow and wide, in the light and in the dark.
"""

from __future__ import annotations

from collections.abc import Sequence

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

#: Looks once everything has faded in or out and has arrived: a colour half faded would be measured.
_LOOK = """async (options) => {
    const moving = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
    await Promise.all(moving.map((one) => one.finished.catch(() => null)));
    return axe.run(options);
}"""


def barriers(page: Page, rules: Sequence[str] = ()) -> AxeResults:
    """What keeps people out of the page as it stands in its window, by all rules of axe or by `rules` alone."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return AxeResults(page.evaluate(_LOOK, options))
