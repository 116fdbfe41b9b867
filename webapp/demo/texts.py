"""The words of the demo city: texts by template, slot and spelling, all written for this project.

A template is a sentence or two in plain Indonesian with slots such as {layanan} or {orang}. It takes three steps: the
slots are filled from the situation and from lists, an opening or closing is put around it, and the spelling is
changed the way the writer types. Every choice comes from the random generator that is handed in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

DATA = Path(__file__).parent / "data"

_SLOT = re.compile(r"\{(\w+)\}")
_CAPITAL = "_besar"
#: How people write, and how often: as at school, as they speak, as on an old telephone, both at once.
_STYLES = (("plain", 0.4), ("chatty", 0.27), ("short", 0.18), ("both", 0.15))
#: Area codes stand for a regency that no province has, so that no invented number can be somebody's.
_NOBODYS_REGENCIES = ("3399", "3599", "1499", "6499")


@dataclass(frozen=True, slots=True)
class ComplaintTemplate:
    """One way to complain, with what the generator must know about it.

    `cause` says who could have prevented the matter; only "officer" is ever a person's. `services` empty means that the
    matter belongs to no counter (a street lamp), "*" that it happens at any.
    """

    topic: str
    kind: str
    services: tuple[str, ...]
    cause: str
    weight: float
    text: str

    @property
    def names_officer(self) -> bool:
        """Whether the text says something about the officer who served."""
        return "{orang" in self.text

    @property
    def tells_duration(self) -> bool:
        """Whether the text says for how long the matter has been going on."""
        return "{lama}" in self.text or "{lama_besar}" in self.text


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that was written for the demo city, as loaded from data/*.toml."""

    complaints: tuple[ComplaintTemplate, ...]
    ratings: Mapping[int, tuple[str, ...]]
    answers: Mapping[str, tuple[str, ...]]
    accepted: tuple[str, ...]
    disputed: tuple[str, ...]
    resent: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]]
    durations: Mapping[str, int]
    spelling: Mapping[str, Mapping[str, tuple[str, ...]]]
    people: Mapping[str, tuple[str, ...]]


def read_data(name: str) -> dict[str, Any]:
    """The content of data/NAME.toml."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def words() -> Words:
    """All texts, loaded once."""
    templates: list[ComplaintTemplate] = []
    for path in sorted(DATA.glob("complaints_*.toml")):
        for entry in read_data(path.stem)["complaint"]:
            templates.extend(
                ComplaintTemplate(
                    topic=entry["topic"],
                    kind=entry.get("kind", "complaint"),
                    services=tuple(entry["services"]),
                    cause=entry["cause"],
                    weight=entry["weight"] / len(entry["texts"]),
                    text=text,
                )
                for text in entry["texts"]
            )
    comments, slots, people = read_data("comments"), read_data("slots"), read_data("people")
    spelling, durations = slots.pop("spelling"), slots.pop("durations")
    return Words(
        complaints=tuple(templates),
        ratings={int(value): tuple(entry["texts"]) for value, entry in comments["rating"].items()},
        answers={cause: tuple(texts) for cause, texts in comments["answer"].items()},
        accepted=tuple(comments["accepted"]["texts"]),
        disputed=tuple(comments["disputed"]["texts"]),
        resent=tuple(comments["resent"]["texts"]),
        slots={name: tuple(values) for name, values in slots.items()},
        durations=durations,
        spelling={style: {word: tuple(seen) for word, seen in table.items()} for style, table in spelling.items()},
        people={name: tuple(values) for name, values in people.items()},
    )


def fill(template: str, situation: Mapping[str, str], rng: Random) -> str:
    """`template` with every slot filled: from `situation` first, then invented, then from the lists.

    Raises KeyError for a slot that nothing fills.
    """
    chosen: dict[str, str] = dict(situation)

    def value(match: re.Match[str]) -> str:
        slot = match[1]
        capital = slot.endswith(_CAPITAL)
        name = slot.removesuffix(_CAPITAL)
        if name not in chosen:
            chosen[name] = _invent(name, rng)
        return _capitalised(chosen[name]) if capital else chosen[name]

    return _SLOT.sub(value, template)


def _invent(name: str, rng: Random) -> str:
    match name:
        case "nik":
            return invent_nik(rng)
        case "kk":
            return _spaced(
                rng.choice(_NOBODYS_REGENCIES) + f"{rng.randint(1, 30):02}" + _some_day(rng, 0) + _serial(rng), rng
            )
        case "hp":
            return invent_phone(rng)
        case "warga":
            return invent_citizen(rng)
        case "nomor":
            return f"{rng.choice('ABC')}{rng.randint(4, 120):03}" if rng.random() < 0.5 else str(rng.randint(8, 140))
        case "nomor_berkas":
            return f"{rng.randint(100, 999)}/{rng.choice('ABDK')}/{rng.randint(1, 12):02}"
        case _:
            return rng.choice(words().slots[name])


def invent_nik(rng: Random, *, spaced: bool = True) -> str:
    """A NIK in its right form (PPRRSS DDMMYY NNNN, women's day + 40) of a regency that does not exist."""
    nik = (
        rng.choice(_NOBODYS_REGENCIES) + f"{rng.randint(1, 30):02}" + _some_day(rng, rng.choice((0, 40))) + _serial(rng)
    )
    return _spaced(nik, rng) if spaced else nik


def _some_day(rng: Random, offset: int) -> str:
    return f"{rng.randint(1, 28) + offset:02}{rng.randint(1, 12):02}{rng.randint(0, 99):02}"


def _serial(rng: Random) -> str:
    return f"{rng.randint(1, 40):04}"


def _spaced(digits: str, rng: Random) -> str:
    # People copy the number from the card as one run, in fours, or by its parts.
    match rng.randrange(6):
        case 0:
            return " ".join(digits[i : i + 4] for i in range(0, 16, 4))
        case 1:
            return f"{digits[:6]}-{digits[6:12]}-{digits[12:]}"
        case 2:
            return f"{digits[:6]}.{digits[6:12]}.{digits[12:]}"
        case _:
            return digits


def invent_phone(rng: Random) -> str:
    """A mobile number with four noughts after the operator's prefix, so that it is plainly invented."""
    prefix, last = rng.choice(("812", "813", "821", "852", "857", "878", "896")), f"{rng.randint(0, 9999):04}"
    match rng.randrange(4):
        case 0:
            return f"+62 {prefix}-0000-{last}"
        case 1:
            return f"62{prefix}0000{last}"
        case 2:
            return f"0{prefix} 0000 {last}"
        case _:
            return f"0{prefix}0000{last}"


def invent_citizen(rng: Random) -> str:
    """The name of somebody who does not exist."""
    people = words().people
    return f"{rng.choice(people['citizens_given'])} {rng.choice(people['citizens_family'])}"


def dress(text: str, rng: Random, *, identify: bool = False, content: bool = False) -> str:
    """`text` as a citizen would send it: with or without greeting and thanks, and in the spelling of one writer.

    `content` writers have no trouble to tell of and end accordingly.

    With `identify` the writer also says who he is and where to be reached, which masking has to hide.
    """
    slots = words().slots
    style = rng.choices([name for name, _ in _STYLES], [share for _, share in _STYLES])[0]
    body = text
    opening, closing = rng.choice(slots["pembuka"]), rng.choice(slots["penutup_ringan" if content else "penutup"])
    if opening.endswith(", "):
        body = body[:1].lower() + body[1:]
    if identify:
        body += fill(rng.choice(slots["jatidiri"]), {}, rng)
    return spell(opening + body + closing, style, rng)


def spell(text: str, style: str, rng: Random) -> str:
    """`text` in the spelling of a style: "plain", "chatty", "short" or "both". People are not consistent in it."""
    tables = [words().spelling[name] for name in ("chatty", "short") if style in (name, "both")]
    for table in tables:

        def change(match: re.Match[str], table: Mapping[str, tuple[str, ...]] = table) -> str:
            word = match[0]
            seen = table.get(word.lower())
            if seen is None or not (word.islower() or word.istitle()) or rng.random() < 0.25:
                return word
            other = rng.choice(seen)
            return _capitalised(other) if word.istitle() else other

        text = re.sub(r"[A-Za-z]+", change, text)
    if style != "plain":
        habit = rng.random()
        if habit < 0.35:
            text = text.lower()
        elif habit < 0.45:
            text = text.replace(". ", ", ").rstrip(".")
        elif habit < 0.55:
            text = text.rstrip(".") + rng.choice(("..", "!!", "!", "...", " 🙏"))
        elif habit < 0.6:
            text = text.upper()
    return text


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
