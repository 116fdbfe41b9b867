"""The catalogue of texts: Indonesian in the source, English in webapp/translations.

`python -m tests.catalogue update` collects the texts of the source and brings the catalogue up to them, keeping every
translation; `python -m tests.catalogue missing` lists what is not translated yet.
"""

from __future__ import annotations

import contextlib
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import IO

from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po, write_po

from webapp.indicators.wording.presets import texts_of

ROOT = Path(__file__).resolve().parents[1]
LANGUAGE = "en"
CATALOGUE = ROOT / "webapp" / "translations" / LANGUAGE / "LC_MESSAGES" / "messages.po"
#: Where texts stand, and the functions of Flask-Babel beyond gettext and ngettext that mark them.
SOURCES = ("webapp", "bot", "worker")
KEYWORDS = ("_l", "lazy_gettext", "lazy_ngettext:1,2")
#: Written once and left: a date that changes with every collecting would be the only difference of many commits.
_MADE_AT = datetime(2026, 11, 21, tzinfo=UTC)

_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\w*\}|</?\w+[^>]*>")


@cache
def extract() -> Catalog:
    """All texts of the source as they were when a process first asked, with the files in which they stand."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(ROOT):
        out = Path(folder) / "messages.pot"
        words = [option for keyword in KEYWORDS for option in ("-k", keyword)]
        CommandLineInterface().run(
            [
                "pybabel",
                "-q",
                "extract",
                "-F",
                "pyproject.toml",
                *words,
                "--add-location=file",
                "-o",
                str(out),
                *SOURCES,
            ]
        )
        with out.open("rb") as file:
            return read_po(file)


def texts_of_preset(
    file: IO[bytes], _keywords: object, _comment_tags: object, options: object = None
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Babel's way to the texts of a preset of the indicator (pyproject.toml, tool.babel)."""
    for text in texts_of(file.read().decode()):
        yield 1, None, text, []


def read() -> Catalog:
    """The catalogue as it is checked in; an empty one if there is none yet."""
    if not CATALOGUE.exists():
        return Catalog(locale=LANGUAGE)
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def update() -> Catalog:
    """Bring the catalogue up to the source and write it. No guesses: what is new has no translation."""
    catalogue = read()
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.fuzzy = False
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "Tanggap", "1", ""
    catalogue.last_translator = catalogue.language_team = "Tanggap"
    catalogue.creation_date = catalogue.revision_date = _MADE_AT
    catalogue.header_comment = "# English texts of Tanggap. The source is Indonesian."
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, ignore_obsolete=True, include_lineno=False, sort_by_file=True)
    return catalogue


def problems() -> list[str]:
    """What is wrong with the catalogue: a sentence for each text."""
    source, catalogue = extract(), read()
    found = [problem for message in source if message.id for problem in problems_of(message, catalogue)]
    known = {_key(message) for message in source}
    found += [f"no longer in the source: {shown(m)}" for m in catalogue if m.id and _key(m) not in known]
    return found


def problems_of(message: Message, catalogue: Catalog) -> list[str]:
    """What is wrong with the translation of one text."""
    translated = catalogue.get(message.id, message.context)
    if translated is None:
        return [f"not in the catalogue: {shown(message)}"]
    strings = translated.string if isinstance(translated.string, (tuple, list)) else (translated.string,)
    ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    if not all(strings) or (len(ids) > 1 and len(strings) < catalogue.num_plurals):
        return [f"not translated: {shown(message)}"]
    if translated.fuzzy:
        return [f"marked as fuzzy: {shown(message)}"]
    wanted = placeholders(str(ids[-1]))
    return [f"other placeholders than {wanted}: {shown(message)}" for s in strings if placeholders(str(s)) != wanted]


def placeholders(text: str) -> list[str]:
    """What the program fills in, and the markup; in whatever order."""
    return sorted(_PLACEHOLDER.findall(text))


def shown(message: Message) -> str:
    """A text and where it stands."""
    text = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    where = message.locations[0][0] if message.locations else "?"
    return f"{text[:90]!r} ({where})"


def _key(message: Message) -> tuple[str, str | None]:
    text = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return text, message.context


def main(arguments: list[str]) -> int:
    """Update the catalogue, or list what is missing in it."""
    if arguments == ["update"]:
        update()
    elif arguments != ["missing"]:
        print("usage: python -m tests.catalogue update | missing", file=sys.stderr)
        return 2
    found = problems()
    for problem in found:
        print(problem)
    print(f"{len(found)} to do in {CATALOGUE.relative_to(ROOT)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
