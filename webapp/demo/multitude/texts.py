"""Texts for a multitude of complaints: the demo city's own, with details that hardly two of them share.

Putting a text together from its template costs more than everything else about a complaint, so each unit has a store
of finished ones to which details are added. The details bring in words of their own, a few common ones and very many
rare ones, as real archives have them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from webapp.demo.texts import ComplaintTemplate, dress, fill, read_data, words
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.secrecy import points_at_person

#: How many words are invented for names of places and people.
INVENTED = 30_000
_ONSETS = ["b", "c", "d", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "w", "y", "ng", "ny", "pr", "tr"]
_VOWELS = ["a", "a", "a", "e", "i", "i", "o", "u", "u"]
_CODAS = ["", "", "", "n", "ng", "r", "s", "t", "k"]


@dataclass(frozen=True, slots=True)
class Place:
    """A unit at whose desks complaints arrive, as the texts need to know it. `services` are (code, name as said)."""

    unit: str
    services: tuple[tuple[str, str], ...]
    officers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredText:
    """A finished text without its details. `service` is the code of the service it is about."""

    text: str
    kind: str
    service: str | None
    cause: str
    personal: bool


class TextMill:
    """Makes texts for one process; the same generator gives the same texts."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._data = read_data("multitude")
        self._invented = invented_words()

    def draw_from(self, rng: Random) -> None:
        """Go on with another generator."""
        self._rng = rng

    def store(self, place: Place, count: int) -> list[StoredText]:
        """`count` finished texts about `place`."""
        offered = dict(place.services)
        fitting = [t for t in words().complaints if _fits(t, offered)]
        weights = [t.weight for t in fitting]
        return [self._finish(t, place, offered) for t in self._rng.choices(fitting, weights, k=count)]

    def with_details(self, text: str) -> str:
        """`text` with up to three details behind it."""
        rng = self._rng
        details = self._data["details"]
        return text + "".join(
            [self.say(details[int(rng.random() * len(details))]) for _ in range(1 + int(rng.random() * 2.6))]
        )

    def say(self, pattern: str) -> str:
        """A pattern of data/multitude.toml with its slots filled."""
        if "{" not in pattern:
            return pattern
        rng, data = self._rng, self._data
        return pattern.format(
            jalan=self.name() + " " + self.name(),
            kampung=self.name(),
            nama=self.name(),
            n=1 + int(rng.random() * 240),
            rt=1 + int(rng.random() * 12),
            rw=1 + int(rng.random() * 20),
            jam=f"{7 + int(rng.random() * 8):02}.{int(rng.random() * 60):02}",
            hari=data["hari"][int(rng.random() * len(data["hari"]))],
            pekerjaan=data["pekerjaan"][int(rng.random() * len(data["pekerjaan"]))],
        )

    def one_of(self, name: str) -> str:
        """One of the sentences under `name` in data/multitude.toml, filled."""
        said = self._data[name]
        return self.say(said[int(self._rng.random() * len(said))])

    def name(self) -> str:
        """An invented name: some are met often, most hardly ever."""
        return self._invented[int(INVENTED * self._rng.random() ** 3)]

    def answers(self, place: Place) -> dict[str, list[str]]:
        """Finished answers of the desk of `place` by cause."""
        rng = self._rng
        return {
            cause: [
                fill(rng.choice(said), self._situation(place, rng.choice(place.services)[1]), rng) for _ in range(24)
            ]
            for cause, said in words().answers.items()
        }

    def _finish(self, template: ComplaintTemplate, place: Place, offered: dict[str, str]) -> StoredText:
        rng = self._rng
        codes = [code for code in template.services if code in offered] or list(offered)
        service = rng.choice(codes) if template.services else None
        content = template.cause in ("none", "praise")
        situation = self._situation(place, offered[service] if service else "pelayanan")
        text = dress(fill(template.text, situation, rng), rng, identify=rng.random() < 0.05, content=content)
        text = mask_personal_numbers(text)
        return StoredText(text, template.kind, service, template.cause, points_at_person(text, stated=False))

    def _situation(self, place: Place, service: str) -> dict[str, str]:
        rng = self._rng
        named = place.officers and rng.random() < 0.08
        return {
            "orang": rng.choice(place.officers) if named else rng.choice(("petugas", "petugasnya", "petugas loket")),
            "layanan": service,
            "unit": place.unit,
            "tanggal": f"{rng.randint(1, 28)} {rng.choice(('Januari', 'Maret', 'Mei', 'Juli', 'Agustus', 'Oktober'))}",
            "lama": rng.choice(list(words().durations)),
        }


@cache
def invented_words() -> list[str]:
    """INVENTED different words that sound as if they could be names."""
    rng = Random("multitude/words")
    found: dict[str, None] = {}
    while len(found) < INVENTED:
        word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(rng.choice((2, 2, 3))))
        found[(word + rng.choice(_CODAS)).capitalize()] = None
    return list(found)


def _fits(template: ComplaintTemplate, offered: dict[str, str]) -> bool:
    return not template.services or template.services == ("*",) or any(code in offered for code in template.services)
