"""The components of the indicator: registry.py lists them, and each has a pure module that says how it is weighed."""
