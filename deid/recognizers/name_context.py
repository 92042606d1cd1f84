"""Where a Chinese surname may begin: for recognisers that must not run into a name."""

from __future__ import annotations

from deid.patterns import late
from deid.recognizers.name_lexicon import COMPOUND_SURNAMES, RARE_SURNAMES, SURNAMES

_STARTS = "".join(sorted(SURNAMES | RARE_SURNAMES | {name[0] for name in COMPOUND_SURNAMES}))
SURNAME_START = late(f"[{_STARTS}](?=[一-鿿])")
