"""How long it takes to find the likely repeats of a new complaint among a million, as filing and attribution ask.

Three years of a large city, made up from a fixed seed: few words are in very many texts and most are rare, as in any
language, every text begins with one of some formulas, and one in twelve repeats another one of its month in nearly its
words. Complaints and their keys are copied into the tables; what is measured is `find_repeats` whole: making the keys,
the index, reading what it brings up, and comparing exactly. REPEATS_COMPLAINTS names another size.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg

from tests.benchmarks.results import Result, measured, quantile
from tests.cities.running import ROOT, city_folder
from tests.cities.serving import durable_engines
from webapp.attribution.repeats.likeness import SURE
from webapp.attribution.repeats.reading import Matter, read
from webapp.attribution.repeats.sketching import marks_of, pieces_at

SIZE = 1_000_000
#: Different texts among them, and words of the language.
TEXTS, WORDS, FORMULAS, PLACES = 40_000, 30_000, 80, 900
FIRST, DAYS = datetime(2023, 11, 1, tzinfo=UTC), 3 * 365
ASKED, WARM_UP = 300, 30
MOST_MS = 50


def run() -> Iterator[Result]:
    """Seconds to fill the tables, then how long finding takes."""
    size = int(os.environ.get("REPEATS_COMPLAINTS", SIZE))
    with city_folder() as folder, durable_engines(folder) as env:
        began = time.perf_counter()
        fill(env["DATABASE_OWNER_URL"], size)
        yield measured("repeats", f"copying {size:,} complaints with their keys", time.perf_counter() - began, "s")
        done = subprocess.run(
            [sys.executable, "-c", "from tests.benchmarks.repeats import ask; ask()"],
            cwd=ROOT, env=env, check=True, capture_output=True, text=True,
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    yield measured("repeats", f"finding among {size:,}, p95", told["p95"], "ms", most=MOST_MS)
    yield measured("repeats", "finding, median", told["median"], "ms")
    yield measured("repeats", "finding, slowest", told["slowest"], "ms")
    yield measured("repeats", "the index and its rows alone, p95", told["index"], "ms")
    yield measured("repeats", "part of the repeats that is found", told["found"], "", least=0.9)


class Language:
    """Texts of a made-up city, from a fixed seed."""

    def __init__(self) -> None:
        rng = Random(1122)
        syllables = [c + v for c in "bcdgjklmnprst" for v in "aiueo"]
        self.words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(WORDS)]
        self._common = [1.0 / (rank + 8) for rank in range(WORDS)]
        self.formulas = [self._some(rng, 6) for _ in range(FORMULAS)]
        self.places = [f"Kelurahan {' '.join(self._some(rng, 2))}" for _ in range(PLACES)]

    def _some(self, rng: Random, count: int) -> list[str]:
        return rng.choices(self.words, weights=self._common, k=count)

    def text(self, rng: Random) -> str:
        """Words of one complaint, formula first."""
        return " ".join((*rng.choice(self.formulas), *self._some(rng, rng.randint(8, 40)), str(rng.randint(1, 99))))

    def again(self, text: str, rng: Random) -> str:
        """The same in nearly the same words: some left out, some others added."""
        words = [word for word in text.split() if rng.random() > 0.12]
        return " ".join((*words, *self._some(rng, 3)))


def fill(address: str, size: int) -> None:
    """Copy so many complaints, with what they are found by and the words of the lexicon, into an empty database."""
    language, rng = Language(), Random(5)
    texts = [language.text(rng) for _ in range(TEXTS)]
    marks = [marks_of(read(Matter(text, FIRST))) for text in texts]
    with psycopg.connect(address) as connection:
        connection.execute("SET session_replication_role = replica")  # no triggers: only what is measured is written
        rows = list(_rows(size, language, texts, marks))
        with connection.cursor().copy(
            "COPY feedback (id, kind, channel, write_key, filed_at, place) FROM STDIN"
        ) as copy:
            for id_, at, _text, place, _pieces in rows:
                copy.write_row((id_, "complaint", "portal", f"form:{id_}", at, place))
        with connection.cursor().copy(
            "COPY complaint (feedback_id, code, secret_word, complaint_kind, text, state) FROM STDIN"
        ) as copy:
            for id_, _at, text, _place, _pieces in rows:
                copy.write_row((id_, f"TG-{id_}", "-", "complaint", text, "in_triage"))
        with connection.cursor().copy(
            "COPY complaint_sketch (complaint_id, pieces, filed_at, told) FROM STDIN"
        ) as copy:
            for id_, at, _text, _place, pieces in rows:
                copy.write_row((id_, pieces, at, True))
        counted: dict[str, int] = {}
        for text in texts:
            for word in set(text.split()):
                if word.isalpha() and len(word) > 3:
                    counted[word] = counted.get(word, 0) + size // TEXTS
        with connection.cursor().copy("COPY lexicon_word (word, complaints, seen_on) FROM STDIN") as copy:
            for word, complaints in counted.items():
                copy.write_row((word, complaints, FIRST.date()))
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _rows(
    size: int, language: Language, texts: list[str], marks: list[Any]
) -> Iterator[tuple[int, datetime, str, str, list[int]]]:
    rng = Random(7)
    for id_ in range(1, size + 1):
        at = FIRST + timedelta(seconds=rng.randrange(DAYS * 86400))
        number = rng.randrange(TEXTS)
        place = rng.choice(language.places)
        known = read(Matter("", at, place)).place
        pieces = pieces_at(marks[number], at)
        pieces += pieces_at(type(marks[0])((), " ".join(sorted(known)), None), at)
        yield id_, at, texts[number], place, pieces


def ask() -> None:
    """In a process with the settings of that database: ask, and print the figures as JSON."""
    from sqlalchemy import event, select

    from config import Settings
    from webapp.attribution.repeats.finding import find_repeats
    from webapp.database import db
    from webapp.feedback.models import Complaint, Feedback
    from wsgi import create_wsgi_app

    app = create_wsgi_app(Settings.from_env())
    language, rng = Language(), Random(11)
    times, index, found, repeats = [], [], 0, 0
    with app.app_context():
        until = FIRST + timedelta(days=DAYS)
        newest = db.session.execute(
            select(Complaint.feedback_id, Complaint.text, Feedback.place, Feedback.filed_at)
            .join(Feedback)
            .where(Feedback.filed_at > until - timedelta(days=25))
            .order_by(Complaint.feedback_id)
            .limit(20_000)
        ).all()
        spent: list[float] = []
        event.listen(db.engine, "before_cursor_execute", lambda *said: spent.append(-time.perf_counter()))
        event.listen(db.engine, "after_cursor_execute", lambda *said: spent.append(time.perf_counter()))
        for number in range(-WARM_UP, ASKED):
            if number % 2:
                row = rng.choice(newest)
                asked = Matter(language.again(row.text, rng), until, row.place or "")
            else:
                row = None
                asked = Matter(language.text(rng), until, rng.choice(language.places))
            spent.clear()
            began = time.perf_counter()
            likely = find_repeats(asked, personal=False, least=SURE, told=True)
            took = time.perf_counter() - began
            if number < 0:
                continue
            times.append(took * 1000)
            index.append(sum(spent[:2]) * 1000)
            if row is not None:
                repeats += 1
                found += row.feedback_id in {one.complaint_id for one in likely}
    figures = {
        "p95": quantile(times, 0.95),
        "median": quantile(times, 0.5),
        "slowest": max(times),
        "index": quantile(index, 0.95),
        "found": found / repeats,
    }
    print(json.dumps(figures))
