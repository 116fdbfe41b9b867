"""A crowd that files complaints and ratings at a city, on the portal and in the chat, while the city is being hurt."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from bot.simulator.control import SimulatedUser, SimulatorControl
from tests.cities.citizens import Citizen, Filed, address_of, file_until_accepted
from tests.cities.running import RunningCity, wait_for

#: How long a citizen goes on trying: longer than anything that is broken may stay so.
PATIENCE = 120.0
_THREADS = 10
#: Seconds between two looks at a chat: the crowd shares the machine with the city.
_LOOK_AGAIN = 0.2

#: What is said in the chat, and a part of what the bot answers to it.
_CHAT = (
    ("say", "/lapor", "Apa yang ingin Anda sampaikan"),
    ("click", "Pengaduan", "Ceritakan apa yang terjadi"),
    ("say", None, "Kirim foto sebagai bukti"),
    ("click", "Lanjut tanpa foto", "Di mana kejadiannya"),
    ("say", "Loket 2", "Unit kerja mana"),
    ("click", "Saya tidak tahu", "sikap atau perbuatan"),
    ("click", "Tidak", "dibaca umum"),
    ("click", "Rahasiakan isinya", "mengetahui kontak Anda"),
    ("click", "Tetap anonim", "Periksa dulu"),
    ("click", "✅ Kirim", "Kata rahasia:"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """One form that somebody wants to send. `text` is what is said, unlike anything that another says."""

    number: int
    path: str
    fields: dict[str, str]
    text: str


@dataclass
class Crowd:
    """Its members file `count` forms, three ratings by receipt to two complaints, at about `rate` a second."""

    city: RunningCity
    count: int
    rate: float
    #: What the city said it accepted, by number of the form.
    accepted: dict[int, Filed] = field(default_factory=dict)
    failed: list[BaseException] = field(default_factory=list)
    #: Numbers of the forms that are being filled in and sent just now.
    under_way: set[int] = field(default_factory=set)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        told = self.city.summary
        self.wishes = [_wish(number, told["visits"], told["units"]) for number in range(self.count)]
        self._waiting: queue.SimpleQueue[Wish] = queue.SimpleQueue()

    def begin(self) -> None:
        """Let them come."""
        self._threads = [threading.Thread(target=self._live, daemon=True) for _ in range(_THREADS)]
        self._threads.append(threading.Thread(target=self._arrive, daemon=True))
        for thread in self._threads:
            thread.start()

    def _arrive(self) -> None:
        began = time.monotonic()
        for wish in self.wishes:
            time.sleep(max(0.0, began + wish.number / self.rate - time.monotonic()))
            self._waiting.put(wish)

    def _live(self) -> None:
        while len(self.accepted) < self.count and not self.failed:
            try:
                wish = self._waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            citizen = Citizen(self.city.port, address_of(wish.number), timeout=10)
            self.under_way.add(wish.number)
            try:
                self.accepted[wish.number] = file_until_accepted(citizen, wish.path, wish.fields, PATIENCE)
            except BaseException as error:
                self.failed.append(error)
            finally:
                self.under_way.discard(wish.number)
                citizen.close()

    def wait_accepted(self, number: int) -> None:
        """Wait until `number` forms were accepted."""
        wait_for(self._enough(number), f"{number} accepted forms", PATIENCE)

    def _enough(self, number: int) -> Callable[[], bool | None]:
        def look() -> bool | None:
            if self.failed:
                raise self.failed[0]
            return len(self.accepted) >= number or None

        return look

    def wait_under_way(self, number: int) -> None:
        """Wait until `number` citizens are at it at the same time."""
        wait_for(lambda: len(self.under_way) >= number or None, f"{number} forms under way", PATIENCE)

    @property
    def interrupted(self) -> int:
        """How many forms got through only after something broke."""
        return sum(one.broken > 0 for one in self.accepted.values())

    def wait_all(self) -> None:
        """Wait until everybody was told that the form was accepted."""
        self.wait_accepted(self.count)
        for thread in self._threads:
            thread.join(10)


def _wish(number: int, receipts: list[str], units: list[int]) -> Wish:
    text = f"Cerita nomor {number}: antre sejak subuh dan berkas belum juga selesai."
    if number % 5 < 3:
        fields = {"value": str(1 + number % 4), "comment": text}
        return Wish(number, f"/nilai/{receipts[number]}", fields, text)
    fields = {"text": text, "kind": "complaint", "anonymous": "yes", "secret": "y"}
    # Some prove their visit, some name a unit, some say nothing about where.
    place = ({"receipt": receipts[number]}, {"unit": str(units[number // 5 % 2])}, {})[number // 5 % 3]
    return Wish(number, "/lapor", fields | place, text)


@dataclass
class Chats:
    """People who file one complaint each by talking with the bot."""

    city: RunningCity
    count: int
    failed: list[BaseException] = field(default_factory=list)
    #: Steps that were answered, by all of them together.
    steps: int = 0

    def begin(self) -> None:
        """Let them talk."""
        self._control = SimulatorControl(f"http://127.0.0.1:{self.city.simulator_port}")
        self._people = [self._control.user(f"Warga {number}") for number in range(self.count)]
        self.stories = [f"Obrolan nomor {number}: loket tutup sebelum waktunya." for number in range(self.count)]
        pairs = zip(self._people, self.stories, strict=True)
        self._threads = [threading.Thread(target=self._talk, args=pair, daemon=True) for pair in pairs]
        for thread in self._threads:
            thread.start()

    def _talk(self, person: SimulatedUser, story: str) -> None:
        try:
            for what, value, reply in _CHAT:
                after = max((entry["message"]["message_id"] for entry in person.transcript()), default=0)
                if what == "click":
                    person.click(str(value))
                else:
                    person.send_text(value or story)
                wait_for(partial(_answered, person, after, reply), f"{reply!r} in the chat", PATIENCE, _LOOK_AGAIN)
                self.steps += 1
        except BaseException as error:
            self.failed.append(error)

    def wait_steps(self, number: int) -> None:
        """Wait until the bot has answered `number` times."""
        wait_for(lambda: bool(self.failed) or self.steps >= number or None, f"{number} steps in the chats", PATIENCE)

    def wait_all(self) -> None:
        """Wait until everybody has got code and secret word."""
        for thread in self._threads:
            thread.join(2 * PATIENCE)
        self._control.close()
        if self.failed:
            raise self.failed[0]


def _answered(person: SimulatedUser, after: int, words: str) -> bool | None:
    return any(words in str(message.get("text", "")) for message in person.replies(after)) or None
