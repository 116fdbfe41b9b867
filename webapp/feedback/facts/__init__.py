"""How complaints were handled, as facts by the officer who did it."""
