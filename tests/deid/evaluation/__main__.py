"""`python -m tests.deid.evaluation dev|dev2|dev3|heldout`: the annotated texts as `bianmin deid eval` reads them."""

from __future__ import annotations

import json
import sys

from tests.deid.evaluation import annotated_texts

for row in annotated_texts(sys.argv[1]):
    print(json.dumps(row, ensure_ascii=False))
