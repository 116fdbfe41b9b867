"""The queue face: relay, workers and scheduler."""
