"""The online queue: lines, numbers, counters that call, and how long one has to wait."""
