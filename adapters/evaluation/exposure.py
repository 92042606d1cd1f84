"""Exposure of a planted secret, after Carlini et al., "The Secret Sharer" (USENIX Security 2019).

The secret is ranked by likelihood among others drawn as it was. `rank_bits` is log2 of how many there are less log2 of
its rank: it cannot exceed log2 of the sample. `exposure_bits` continues beyond the sample as section 4.4 of the paper
does, with a normal instead of a skew-normal distribution: -log2 of the share of others that would be as likely. A
secret that was never seen has about 1.4 bits on average, and n bits or more once in 2^n.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

_ERFC_HOLDS_TO = 25.0


def rank_bits(secret: float, others: Sequence[float]) -> float:
    """Bits by rank; the arguments are log likelihoods."""
    rank = 1 + sum(other >= secret for other in others)
    return math.log2(len(others) + 1) - math.log2(rank)


def exposure_bits(secret: float, others: Sequence[float]) -> float:
    """Bits by the fitted distribution. With others that are all alike it is the bits by rank."""
    spread = statistics.stdev(others)
    if spread == 0:
        return rank_bits(secret, others)
    distance = (secret - statistics.fmean(others)) / spread
    return -_log2_upper_tail(distance)


def _log2_upper_tail(z: float) -> float:
    if z < _ERFC_HOLDS_TO:
        return math.log2(math.erfc(z / math.sqrt(2)) / 2)
    return -(z * z / 2 + math.log(z * math.sqrt(2 * math.pi))) / math.log(2)
