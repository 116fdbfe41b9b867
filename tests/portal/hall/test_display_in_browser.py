"""The large screen and a citizen's number in Chromium: they follow the hall by themselves, and the screen speaks."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy
from playwright.sync_api import Page, expect

from tests.barriers import barriers
from tests.factories.organisation import daytime_zone, make_unit
from tests.factories.queue import Desk, make_hall, make_line, make_ticket, open_session
from webapp.counter.queue.board import forget_boards
from webapp.counter.queue.calling import call_next, recall_ticket
from webapp.counter.queue.models import QueueTicket

#: An Indonesian voice that writes down what it is told to say where a test can read it.
VOICE = """
const said = [];
const voices = [{ lang: "en-US" }, { lang: "id-ID" }];
window.SpeechSynthesisUtterance = class { constructor(words) { this.words = words; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices,
  speak: (call) => {
    said.push(`${call.lang} ${call.words}`);
    document.documentElement.dataset.said = said.join("|");
    call.onend();
  },
} });
delete window.AudioContext;
"""


class Hall:
    """A hall that is always open, with one counter and three numbers."""

    def __init__(self, database: SQLAlchemy) -> None:
        self._session, self.now = database.session(), datetime.now(UTC)
        unit = make_unit(self._session, make_unit(self._session), timezone=daytime_zone(self.now))
        hall = make_hall(self._session, unit, always_open=True)
        self.unit_id = hall.unit_id
        line = make_line(self._session, hall)
        self.desk: Desk = open_session(self._session, [line], self.now)[0]
        self.tickets: list[QueueTicket] = [make_ticket(self._session, line, self.now) for _ in range(3)]
        self._done()

    def call(self, finishing: QueueTicket | None = None) -> None:
        call_next(self.desk.account, datetime.now(UTC), finishing=finishing.id if finishing else None)
        self._done()

    def recall(self, ticket: QueueTicket) -> None:
        recall_ticket(self.desk.account, ticket.id, datetime.now(UTC))
        self._done()

    def _done(self) -> None:
        self._session.commit()
        forget_boards()  # the two seconds for which a board is kept


@pytest.fixture
def hall(database: SQLAlchemy) -> Hall:
    return Hall(database)


def quickly(page: Page) -> None:
    """Let every wait of the page's script last a fiftieth of its time."""
    page.add_init_script("const set = setTimeout; window.setTimeout = (f, ms, ...more) => set(f, ms / 50, ...more);")


def test_the_screen_follows_the_hall_and_speaks_each_call_once(page: Page, live_server: str, hall: Hall) -> None:
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    quickly(page)
    page.add_init_script(VOICE)
    page.set_viewport_size({"width": 1280, "height": 720})
    hall.call()
    page.goto(f"{live_server}/antrean/{hall.unit_id}/layar")
    number = page.locator(".hall-number")
    expect(number).to_have_text("A-001")
    expect(page.locator(".hall-next")).to_have_text("A-002A-003")
    assert page.evaluate("document.documentElement.scrollHeight") == 720
    violations = barriers(page).response["violations"]
    assert not violations, json.dumps(violations, indent=1)[:3000]
    sound = page.get_by_role("button", name="Nyalakan suara")
    sound.click()
    expect(page.get_by_role("button", name="Suara menyala")).to_have_attribute("aria-pressed", "true")
    hall.call(finishing=hall.tickets[0])
    expect(number).to_have_text("A-002")
    words = page.locator("[data-hall-calls] li").first.get_attribute("data-say")
    assert words is not None and words.startswith("Nomor antrean a, dua. Silakan ke loket ")
    html = page.locator("html")
    expect(html).to_have_attribute("data-said", f"id-ID {words}")
    expect(page.locator(".hall-counter")).to_have_text(hall.desk.counter.name)
    hall.recall(hall.tickets[1])
    expect(html).to_have_attribute("data-said", f"id-ID {words}|id-ID {words}")
    assert not broken


def test_a_number_of_ones_own_follows_and_says_when_it_is_called(page: Page, live_server: str, hall: Hall) -> None:
    quickly(page)
    page.set_viewport_size({"width": 360, "height": 780})
    second = hall.tickets[1]
    hall.call()
    page.goto(f"{live_server}/antrean/tiket/{second.code}")
    expect(page.locator("[data-ahead]")).to_contain_text("0")
    expect(page.locator("[data-called]")).to_contain_text("A-001")
    asked = page.evaluate(
        "performance.getEntriesByType('resource').filter((e) => e.name.endsWith('papan.json')).length"
    )
    assert asked >= 1
    hall.call(finishing=hall.tickets[0])
    expect(page.locator(".number.called")).to_contain_text("A-002")
