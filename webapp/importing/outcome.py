"""What became of the rows of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field

from webapp.importing.reading import Row


@dataclass(slots=True)
class Outcome:
    """How many rows were new, changed what stood, said what was known, or are held until somebody says what they mean;
    and the bad ones with their reasons."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    held: int = 0
    bad: list[tuple[Row, str]] = field(default_factory=list)

    def __iadd__(self, other: Outcome) -> Outcome:
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.held += other.held
        self.bad += other.bad
        return self
