"""Bring real records in: the organisation, its complaints and its ratings from CSV files."""
