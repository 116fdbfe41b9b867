"""The agency: units, services, officers, postings, counters, shifts, working calendars."""
