"""exp and what is made of it, with the same bits on every IEEE 754 machine: see `facts.exponential`, whose bits these
are too. Built so that loops over arrays become vector instructions.
"""

from typing import Final

import numpy as np

from webapp.indicators.kernel.compiling import compiled

_LOG2_E: Final = 1.4426950408889634
_LN2_HIGH: Final = 0.6931471803691238
_LN2_LOW: Final = 1.9082149292705877e-10
_LIMIT: Final = 700.0
_ROUNDING: Final = 6755399441055744.0  # 1.5 x 2^52: adding it leaves the nearest whole number in the lowest bits
_ONE_BITS: Final = 1023 << 52


@compiled
def exponential_below(x: float) -> float:
    """exp(x) for x <= 0, held to -700."""
    x = max(x, -_LIMIT)
    shifted = x * _LOG2_E + _ROUNDING
    power = shifted - _ROUNDING
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    result = 1.0 / 6227020800
    result = result * rest + 1.0 / 479001600
    result = result * rest + 1.0 / 39916800
    result = result * rest + 1.0 / 3628800
    result = result * rest + 1.0 / 362880
    result = result * rest + 1.0 / 40320
    result = result * rest + 1.0 / 5040
    result = result * rest + 1.0 / 720
    result = result * rest + 1.0 / 120
    result = result * rest + 1.0 / 24
    result = result * rest + 1.0 / 6
    result = result * rest + 1.0 / 2
    result = result * rest + 1.0
    result = result * rest + 1.0
    scale: float = np.int64((np.float64(shifted).view(np.int64) << 52) + _ONE_BITS).view(np.float64)
    return result * scale


@compiled
def logistic_of(x: float) -> float:
    """1 / (1 + exp(-x)), without loss at either end."""
    small = exponential_below(-abs(x))
    return (1.0 if x >= 0.0 else small) / (1.0 + small)


@compiled
def secant_of(start: float, step: float) -> float:
    """(logistic(start + step) - logistic(start)) / step, its limit at 0 included: as `facts.logistic_secant`."""
    size = abs(step)
    low = min(start, start + step)
    high = max(start, start + step)
    if size < 0.01:
        quotient = 1.0 - size * (1 / 2 - size * (1 / 6 - size * (1 / 24 - size * (1 / 120 - size / 720))))
    else:
        quotient = (1.0 - exponential_below(-size)) / size
    return logistic_of(high) * logistic_of(-low) * quotient
