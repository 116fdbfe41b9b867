"""What those who work on a case keep for themselves: notes, templates, filters, presence, doubts about photos."""
