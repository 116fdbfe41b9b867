"""Complaints about the same matter: found on arrival, joined, merged."""
