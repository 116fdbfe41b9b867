"""How long it takes to find the likely repeats of a new complaint among a million, as filing and attribution ask.

Three years of a large city, made up from a fixed seed: few words are in very many texts and most are rare, as in any
language, every text begins with one of some formulas, and comes back some fifty times over the years. Their keys are
copied into the tables, with the complaints of the last months; what is measured is `find_repeats` whole: making the
keys, the index, reading what it brings up, and comparing exactly. Every second one that is asked about says in nearly
the same words what was filed within the last weeks. REPEATS_COMPLAINTS names another size.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

import numpy as np
import psycopg

from tests.benchmarks.results import Result, measured, quantile
from tests.cities.running import ROOT, city_folder
from tests.cities.serving import durable_engines
from webapp.attribution.repeats.likeness import SURE
from webapp.attribution.repeats.reading import Matter, read
from webapp.attribution.repeats.sketching import marks_of, pieces_at

SIZE = 1_000_000
#: Different texts among them, and words of the language.
TEXTS, WORDS, FORMULAS, PLACES = 20_000, 30_000, 80, 900
FIRST, DAYS = datetime(2023, 11, 1, tzinfo=UTC), 3 * 365
ASKED, WARM_UP = 300, 30
MOST_MS = 50


def run() -> Iterator[Result]:
    """Seconds to fill the tables, then how long finding takes."""
    size = int(os.environ.get("REPEATS_COMPLAINTS", SIZE))
    with city_folder() as folder, durable_engines(folder) as env:
        began = time.perf_counter()
        fill(env["DATABASE_OWNER_URL"], size)
        yield measured("repeats", f"copying the keys of {size:,} complaints", time.perf_counter() - began, "s")
        done = subprocess.run(
            [sys.executable, "-c", "from tests.benchmarks.repeats import ask; ask()"],
            cwd=ROOT, env=env, check=True, capture_output=True, text=True,
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    yield measured("repeats", f"finding among {size:,}, p95", told["p95"], "ms", most=MOST_MS)
    yield measured("repeats", "finding, median", told["median"], "ms")
    yield measured("repeats", "finding, slowest", told["slowest"], "ms")
    yield measured("repeats", "processor time of finding without the database, p95", told["worked"], "ms")
    yield measured("repeats", "the index and its rows alone, p95", told["index"], "ms")
    yield measured("repeats", "part of the repeats that is found", told["found"], "", least=0.9)


class Language:
    """Texts of a made-up city, from a fixed seed."""

    def __init__(self) -> None:
        rng = Random(1122)
        syllables = [c + v for c in "bcdgjklmnprst" for v in "aiueo"]
        self.words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(WORDS)]
        self._common = list(accumulate(1.0 / (rank + 8) for rank in range(WORDS)))
        self.formulas = [self._some(rng, 6) for _ in range(FORMULAS)]
        self.places = [f"Kelurahan {' '.join(self._some(rng, 2))}" for _ in range(PLACES)]

    def _some(self, rng: Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self._common, k=count)

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
    text_marks = [marks_of(read(Matter(text, FIRST))) for text in texts]
    place_marks = [marks_of(read(Matter("", FIRST, place))) for place in language.places]
    random = np.random.default_rng(7)
    seconds = random.integers(0, DAYS * 86400, size)
    numbers, places = random.integers(0, TEXTS, size), random.integers(0, PLACES, size)
    # Keys of long past months are never asked for: any numbers that texts of one month share serve as well.
    salt = np.array([[hash((place, band)) for band in range(len(text_marks[0].words) + 1)] for place in range(TEXTS)])
    month = seconds // (30 * 86400)
    made_up = (salt[numbers] * 2_654_435_761 + month[:, None] * 40_503) % (1 << 32) - (1 << 31)
    recent = seconds > (DAYS - 95) * 86400
    with psycopg.connect(address) as connection:
        # Only what is measured is written: no words to search, no trail, and keys without their complaints.
        for table in ("feedback", "complaint"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE complaint_sketch DROP CONSTRAINT fk_complaint_sketch_complaint_id")
        connection.execute("DROP INDEX ix_complaint_sketch_pieces")
        cursor = connection.cursor()
        past = np.flatnonzero(~recent)
        with cursor.copy(
            "COPY complaint_sketch (complaint_id, pieces, filed_at, told) FROM STDIN WITH (FORMAT binary)"
        ) as copy:
            copy.write(_binary(past + 1, made_up[past], seconds[past]))
        rows = [(int(row) + 1, FIRST + timedelta(seconds=int(seconds[row]))) for row in np.flatnonzero(recent)]
        # Complaints themselves are needed of the months alone that are asked about: the others are never read.
        with cursor.copy("COPY feedback (id, kind, channel, write_key, filed_at, place) FROM STDIN") as copy:
            for id_, at in rows:
                copy.write_row((id_, "complaint", "portal", f"form:{id_}", at, language.places[places[id_ - 1]]))
        with cursor.copy(
            "COPY complaint (feedback_id, code, secret_word, complaint_kind, text, state) FROM STDIN"
        ) as copy:
            for id_, _at in rows:
                copy.write_row((id_, f"TG-{id_}", "-", "complaint", texts[numbers[id_ - 1]], "in_triage"))
        with cursor.copy("COPY complaint_sketch (complaint_id, pieces, filed_at, told) FROM STDIN") as copy:
            for id_, at in rows:
                pieces = pieces_at(text_marks[numbers[id_ - 1]], at) + pieces_at(place_marks[places[id_ - 1]], at)
                copy.write_row((id_, pieces, at, True))
        counted = Counter(word for text in texts for word in set(text.split()) if word.isalpha() and len(word) > 3)
        with cursor.copy("COPY lexicon_word (word, complaints, seen_on) FROM STDIN") as copy:
            for word, among in counted.items():
                copy.write_row((word, among * max(size // TEXTS, 1), FIRST.date()))
        connection.execute("SET maintenance_work_mem = '256MB'")
        connection.execute("CREATE INDEX ix_complaint_sketch_pieces ON complaint_sketch USING gin (pieces)")
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _binary(ids: Any, pieces: Any, seconds: Any) -> bytes:
    """Rows of sketches as PostgreSQL's COPY reads them in binary."""
    many = pieces.shape[1]
    row = np.dtype(
        [("fields", ">i2"), ("l1", ">i4"), ("id", ">i8"), ("l2", ">i4"), ("dims", ">i4"), ("nulls", ">i4"),
         ("type", ">i4"), ("many", ">i4"), ("low", ">i4"), ("keys", [("l", ">i4"), ("key", ">i4")], (many,)),
         ("l3", ">i4"), ("at", ">i8"), ("l4", ">i4"), ("told", "i1")]
    )  # fmt: skip
    rows = np.zeros(len(ids), row)
    for name, value in {"fields": 4, "l1": 8, "l2": 20 + 8 * many, "dims": 1, "type": 23, "many": many, "low": 1,
                        "l3": 8, "l4": 1, "told": 1}.items():  # fmt: skip
        rows[name] = value
    rows["id"], rows["keys"]["l"], rows["keys"]["key"] = ids, 4, pieces
    rows["at"] = (seconds + int((FIRST - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds())) * 1_000_000
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


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
    times, worked, index, found, repeats = [], [], [], 0, 0
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
            began, before = time.perf_counter(), time.process_time()
            likely = find_repeats(asked, personal=False, least=SURE, told=True)
            took = time.perf_counter() - began
            if number < 0:
                continue
            times.append(took * 1000)
            worked.append((time.process_time() - before) * 1000)
            index.append(sum(spent[:2]) * 1000)
            if row is not None:
                repeats += 1
                found += row.feedback_id in {one.complaint_id for one in likely}
    figures = {
        "p95": quantile(times, 0.95),
        "median": quantile(times, 0.5),
        "slowest": max(times),
        "worked": quantile(worked, 0.95),
        "index": quantile(index, 0.95),
        "found": found / repeats,
    }
    print(json.dumps(figures))
