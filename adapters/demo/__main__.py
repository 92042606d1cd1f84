"""`python -m adapters.demo`: the build, see `adapters.demo.build`."""

from __future__ import annotations

import sys

from adapters.demo.build import main

sys.exit(main())
