"""Sizes that a command of the yardstick can work with."""


def at_least(option: str, value: int, least: int) -> None:
    """Raise ValueError with a sentence where `value` of a command's `option` is below `least`."""
    if value < least:
        raise ValueError(f"{option} must be at least {least}, not {value}.")
