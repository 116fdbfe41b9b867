"""The deadlines of a complaint: presets, running clocks, reminders, escalation."""
