"""Where a complaint goes: verified, put off, passed on, handed on, split, merged, out of the wrong hands."""
