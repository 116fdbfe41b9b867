"""What is known about a feedback when it is judged. Plain values without database, and without what a rating said.

The value of a rating is not among the circumstances: what somebody thinks of a service never decides whose service it
was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Part:
    """An officer who may be meant, in the unit where he served then, and to what part he is; parts sum to 1 at most."""

    unit_id: int
    officer_id: int
    part: float = 1.0


@dataclass(frozen=True, slots=True)
class UnitPart:
    """A unit that may be meant, and to what part."""

    unit_id: int
    part: float = 1.0


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds of a file's delay that somebody answers for: an officer, or a unit's tray (officer None)."""

    unit_id: int
    officer_id: int | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a feedback when it is judged. Ids, and names for the sentences.

    Sequences of `Part` and `UnitPart` are empty where nothing is known of that kind.
    """

    #: Decision that came along from the agency's own system.
    agency_officer_id: int | None = None
    agency_unit_id: int | None = None
    #: The visit that a receipt proves.
    visit_officer_id: int | None = None
    visit_unit_id: int | None = None
    #: The file from whose page it was filed: its unit, and, where it is about the delay, who delayed it.
    application_unit_id: int | None = None
    about_delay: bool = False
    delays: tuple[Delay, ...] = ()
    #: The file whose code the text tells, and who delayed it where the text speaks of delay; and the unit of a file
    #: that the text names by the agency's own number.
    told_file_unit_id: int | None = None
    told_file_delays: tuple[Delay, ...] = ()
    numbered_file_unit_id: int | None = None
    #: Who served the queue number that is told, on the day that is told; `by_label` where its letter is told as well.
    queue_served: tuple[Part, ...] = ()
    queue_unit_id: int | None = None
    queue_by_label: bool = False
    #: Who served at the told counter by its own records (visits, opened counter), and who was on duty by the roster.
    #: `exactly`: about the told time; else on the told day, by visits or by hours.
    served_there: tuple[Part, ...] = ()
    on_duty: tuple[Part, ...] = ()
    exactly: bool = False
    counter_unit_id: int | None = None
    #: Officers of the unit whose names the text tells, one `Part` each; and how surely by the kind of name:
    #: "full" (two names), "part" (one rare name), "common" (one name that many have).
    named: tuple[Part, ...] = ()
    named_by: str = ""
    #: What the citizen chose.
    chosen_unit_id: int | None = None
    service_unit_id: int | None = None
    #: What the words say by themselves: units with calibrated probabilities; the rest to 1 is another unit or none.
    text_units: tuple[UnitPart, ...] = ()
    #: Units of a kind that are told apart by their place, where the told place names one.
    place_units: tuple[UnitPart, ...] = ()
    #: Paths of all units above, "/1/4/9/": what lies below a unit is part of it.
    paths: Mapping[int, str] = field(default_factory=dict)
    #: How many officers a unit had then.
    roster_sizes: Mapping[int, int] = field(default_factory=dict)
    #: For the sentences: "service", "counter", "unit", "day"; and the names of all units above.
    names: Mapping[str, str] = field(default_factory=dict)
    unit_names: Mapping[int, str] = field(default_factory=dict)

    def kin(self, one: int, other: int) -> bool:
        """Whether two units are the same, or one lies below the other."""
        if one == other:
            return True
        first, second = self.paths.get(one, ""), self.paths.get(other, "")
        return bool(first and second) and (first.startswith(second) or second.startswith(first))

    def below(self, one: int, other: int) -> bool:
        """Whether `one` lies below `other`."""
        first, second = self.paths.get(one, ""), self.paths.get(other, "")
        return one != other and bool(first and second) and first.startswith(second)
