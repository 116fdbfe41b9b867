"""The trail of who saw and did what on which case: written by the database, chained by hashes, changed by nobody."""
