"""Whole lives of complaints over HTTP in a running city: filed, sent to an officer, answered, found again.

Citizens and members of staff drive it over real connections against the city as `make run` starts it: web server,
relay, workers and embedded engines, on the cores that they share with the driver. A life is four requests: a citizen
files (POST), the unit's supervisor gives the complaint to an officer (POST) once attribution has brought it to the
unit, the officer answers (POST), the supervisor finds it again (GET), by its code or by a word of its text alone. Each
form is a new one with a nonce of its own and words that hardly two complaints share, on a new connection each time.

First every operation alone, with the processor time that it costs web, workers and database until all that follows from
it is done; then whole lives in flight together, while other citizens go on filing, of whom none may fail.

LIVES_COMPLAINTS in the environment says how many complaints the city has before (1,000,000 if left out).
"""

from __future__ import annotations

import itertools
import json
import os
import random
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psutil
import psycopg

from tests.benchmarks.latency import signed_in
from tests.benchmarks.results import Result, measured
from tests.benchmarks.start import at_rest
from tests.cities.citizens import Citizen, address_of
from tests.cities.running import RunningCity, running_city, wait_for
from tests.cities.serving import program

COMPLAINTS = 1_000_000
#: Lives of each operation measured alone, seconds of lives in flight, and how many are in flight at a time.
ALONE, SECONDS, TOGETHER = 240, 30.0, 16
#: Lives a second that were promised, and complaints a second that others file meanwhile.
TARGET, OTHERS = 60.0, 2.0
_DESKS = 4
_HEAD = {"web": ("web",), "workers": ("relay", "worker-", "scheduler"), "database": ("postgres",)}

TEXT = (
    "Berkas saya sudah dua minggu belum selesai, padahal di loket dijanjikan tiga hari kerja. Saya tinggal di Jalan "
    "{word} nomor {number}; {details}"
)


@dataclass
class Life:
    """One complaint on its way. `word` is met in its text and in few others."""

    write_key: str
    word: str
    desk: Desk
    code: str = ""


@dataclass
class Desk:
    """A unit with a supervisor and an officer who are signed in."""

    unit_id: int
    officer_id: int
    supervisor: Citizen
    officer: Citizen
    tokens: dict[str, str] = field(default_factory=dict)


def run() -> Iterator[Result]:
    """Processor time of each operation, and lives a second found by code and by word."""
    count = int(os.environ.get("LIVES_COMPLAINTS", COMPLAINTS))
    with running_city(env={"TRUSTED_PROXIES": "1", "LOG_LEVEL": "WARNING"}) as city:
        fill = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "--complaints", str(count)]
        began = time.monotonic()
        told = json.loads((city.var / "run.json").read_text())["settings"]  # with the owner's address, which COPY needs
        program(fill, {"PATH": os.environ.get("PATH", os.defpath), **city.settings, **told})
        yield measured("lives", f"filling up to {count:,} complaints", time.monotonic() - began, "s", most=600)
        wait_for(lambda: at_rest(city.settings["DATABASE_URL"]) or None, "the workers to be done", 300, 0.2)
        driver = Driver(city)
        driver.live_through(8, "code")  # warms up
        yield from driver.alone(ALONE)
        for way in ("code", "word"):
            yield from driver.together(way, count)
        driver.close()


class Driver:
    """Citizens and staff of a running city."""

    def __init__(self, city: RunningCity) -> None:
        from webapp.demo.multitude.texts import TextMill, invented_words

        self._city = city
        self._rng = random.Random(20261122)
        self._mill, self._words = TextMill(self._rng), invented_words()
        self._numbers = itertools.count(1)
        self._drawing = threading.Lock()
        self._link = psycopg.connect(city.settings["DATABASE_URL"], autocommit=True)
        self._placing = threading.Lock()
        citizen = Citizen(city.port, address_of(59_999))
        self._form = citizen.form("/lapor")
        self._cookies = dict(citizen.cookies)
        citizen.close()
        self._desks = self._open_desks()
        self.failed: list[str] = []

    def close(self) -> None:
        """Leave the city."""
        self._link.close()

    def alone(self, count: int) -> Iterator[Result]:
        """Each operation alone, `count` times: processor time in milliseconds until all is done that follows."""
        lives: list[Life] = []
        yield from self._cost("filing", count, lambda: lives.extend(self._all(self.file, [None] * count)))
        self._learn_codes(lives)
        yield from self._cost("sending to an officer", count, lambda: self._all(self.send, lives))
        yield from self._cost("answering", count, lambda: self._all(self.answer, lives))
        yield from self._cost("finding by code", count, lambda: self._all(lambda life: self.find(life, "code"), lives))
        yield from self._cost("finding by word", count, lambda: self._all(lambda life: self.find(life, "word"), lives))

    def together(self, way: str, count: int) -> Iterator[Result]:
        """Whole lives in flight for SECONDS, while others file."""
        over = time.monotonic() + SECONDS
        others = ThreadPoolExecutor(1)
        filed = others.submit(self._others_file, over)
        before, began, lives = self._processor(), time.monotonic(), 0
        with ThreadPoolExecutor(TOGETHER) as pool:
            lives = sum(pool.map(lambda _: self._live_until(over, way), range(TOGETHER)))
        seconds = time.monotonic() - began
        after = self._processor()
        meanwhile = filed.result()
        others.shutdown()
        title = f"lives a second at {count:,} complaints, found by {way}"
        yield measured("lives", title, lives / seconds, "1/s", least=TARGET)
        for name in _HEAD:
            yield measured(
                "lives", f"cores that {name} took, found by {way}", (after[name] - before[name]) / seconds, ""
            )
        yield measured(
            "lives", f"others who filed meanwhile ({meanwhile}) and failed", float(len(self.failed)), "", most=0
        )

    def live_through(self, count: int, way: str) -> None:
        """`count` whole lives, one after the other."""
        for _ in range(count):
            self._live(way)

    # --- the four requests -----------------------------------------------------------------------------------------

    def file(self, _nothing: object = None) -> Life:
        """A citizen with a browser of his own files."""
        with self._drawing:
            number = next(self._numbers)
            desk = self._desks[number % len(self._desks)]
            word = self._words[self._rng.randrange(len(self._words) // 50, len(self._words))]
            text = TEXT.format(word=word, number=number, details=self._mill.with_details(""))
        citizen = Citizen(self._city.port, address_of(100_000 + number), dict(self._cookies))
        nonce = str(uuid.uuid4())
        fields = {
            "csrf_token": self._form["csrf_token"], "nonce": nonce, "text": text, "kind": "complaint",
            "unit": str(desk.unit_id), "anonymous": "yes", "receipt": "", "uploaded": "",
        }  # fmt: skip
        answer = citizen.post("/lapor", fields)
        citizen.close()
        if answer.status != 303:
            raise RuntimeError(f"filing answered {answer.status}: {answer.body[-2000:].decode()}")
        return Life(f"form:{nonce}", word, desk)

    def send(self, life: Life) -> None:
        """The supervisor gives it to the officer."""
        fields = {"csrf_token": life.desk.tokens["supervisor"], "nonce": str(uuid.uuid4())}
        fields |= {"account": str(life.desk.officer_id), "note": ""}
        self._by(life.desk.supervisor, f"/meja/{life.code}/serahkan", fields)

    def answer(self, life: Life) -> None:
        """The officer answers."""
        fields = {
            "do": "answer", "answer-csrf_token": life.desk.tokens["officer"], "answer-nonce": str(uuid.uuid4()),
            "answer-text": f"Berkas Anda di Jalan {life.word} sudah kami selesaikan dan dapat diambil besok.",
            "answer-finding": "founded", "answer-uploaded": "", "answer-seen": "",
        }  # fmt: skip
        self._by(life.desk.officer, f"/meja/{life.code}", fields)

    def find(self, life: Life, way: str) -> None:
        """The supervisor finds it again."""
        browser = self._anew(life.desk.supervisor)
        page = browser.get(f"/cari?q={life.code if way == 'code' else life.word}")
        browser.close()
        if page.status != 200 or life.code.encode() not in page.body:
            raise RuntimeError(f"{life.code} was not found by {way}: {page.status}")

    # ---------------------------------------------------------------------------------------------------------------

    def _by(self, person: Citizen, path: str, fields: dict[str, str]) -> None:
        browser = self._anew(person)
        answer = browser.post(path, fields)
        browser.close()
        if answer.status != 302:
            raise RuntimeError(f"{path} answered {answer.status}: {answer.body[-3000:].decode()}")

    def _anew(self, person: Citizen) -> Citizen:
        """The same person on a new connection."""
        return Citizen(person.port, person.address, dict(person.cookies))

    def _live(self, way: str) -> None:
        life = self.file()
        self._learn_codes([life])
        self.send(life)
        self.answer(life)
        self.find(life, way)

    def _live_until(self, over: float, way: str) -> int:
        lives = 0
        while time.monotonic() < over:
            self._live(way)
            lives += 1
        return lives

    def _others_file(self, over: float) -> int:
        began, filed = time.monotonic(), 0
        while time.monotonic() < over:
            try:
                self.file()
            except (OSError, RuntimeError) as error:
                self.failed.append(repr(error))
            filed += 1
            time.sleep(max(0.0, began + filed / OTHERS - time.monotonic()))
        return filed

    def _learn_codes(self, lives: list[Life]) -> None:
        """Wait until attribution has brought them to their units: nobody can be sent what lies nowhere."""
        waiting = {life.write_key: life for life in lives}

        def look() -> bool | None:
            with self._placing:
                rows = self._link.execute(
                    "SELECT write_key, code FROM feedback JOIN complaint ON feedback_id = id "
                    "WHERE write_key = ANY(%s) AND state = 'sent'",
                    (list(waiting),),
                ).fetchall()
            for key, code in rows:
                waiting.pop(key).code = code
            return True if not waiting else None

        wait_for(look, "complaints to reach their units", 120, 0.05)

    def _all(self, do: Callable[[Life], object], lives: list[Life]) -> list[Life]:
        with ThreadPoolExecutor(TOGETHER) as pool:
            return list(pool.map(do, lives))

    def _cost(self, operation: str, count: int, do: Callable[[], object]) -> Iterator[Result]:
        before = self._processor()
        do()
        wait_for(lambda: at_rest(self._city.settings["DATABASE_URL"]) or None, "the workers to be done", 300, 0.05)
        after = self._processor()
        for name in _HEAD:
            spent = 1000 * (after[name] - before[name]) / count
            yield measured("lives", f"{operation}: processor time of {name}", spent, "ms")

    def _processor(self) -> dict[str, float]:
        """Seconds of processor time that each part of the city has taken so far, its ended children included."""
        spent = dict.fromkeys(_HEAD, 0.0)
        for name, entry in self._city.children().items():
            part = next((part for part, heads in _HEAD.items() if name.startswith(heads)), None)
            if part is None:
                continue
            head = psutil.Process(int(entry["pid"]))
            for process in (head, *head.children(recursive=True)):
                try:
                    times = process.cpu_times()
                except psutil.NoSuchProcess:
                    continue  # what it took is counted with its parent's ended children
                spent[part] += times.user + times.system + times.children_user + times.children_system
        return spent

    def _open_desks(self) -> list[Desk]:
        """Units in which a supervisor leads and an officer may be given work, both signed in."""
        rows = self._link.execute(
            "SELECT DISTINCT ON (unit.id) unit.id, head.email, officer.account_id, account.email FROM unit "
            "JOIN role_assignment lead ON lead.role = 'supervisor' AND lead.unit_id = unit.id "
            "JOIN account head ON head.id = lead.account_id AND head.active "
            "JOIN posting ON posting.unit_id = unit.id AND posting.ends_on IS NULL "
            "JOIN officer ON officer.id = posting.officer_id AND officer.active "
            "JOIN account ON account.id = officer.account_id AND account.active AND account.id <> head.id "
            "JOIN role_assignment role ON role.account_id = account.id AND role.role = 'officer' "
            "ORDER BY unit.id, officer.id LIMIT %s",
            (_DESKS,),
        ).fetchall()
        if not rows:
            raise RuntimeError("the demo city has no unit with a supervisor and an officer")
        shown = self._city.summary["sign_ins"][0]
        self._link.execute(  # only a few of the demo city's people have a password: these get theirs
            "UPDATE account SET password_hash = (SELECT password_hash FROM account WHERE email = %s) "
            "WHERE email = ANY(%s)",
            (shown["email"], [email for row in rows for email in (row[1], row[3])]),
        )
        password = shown["password"]
        desks = []
        for unit_id, head, officer_id, officer in rows:
            desk = Desk(unit_id, officer_id, *(signed_in(self._city, email, password) for email in (head, officer)))
            for name, person in (("supervisor", desk.supervisor), ("officer", desk.officer)):
                desk.tokens[name] = person.form("/pemberitahuan/pengaturan")["csrf_token"]
                person.close()
            desks.append(desk)
        return desks
