"""Rows for tests, one file an area.

Every function takes the session first, adds a row that is complete and valid, flushes and returns it. Keyword
arguments name what a test cares about; everything else is made up and never the same twice.
"""
