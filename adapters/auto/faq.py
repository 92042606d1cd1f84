"""A city's published questions as a measure: each department's questions belong to the ministry above its field.

The city's text is not part of the repository; the command takes its path. Departments without one ministry above them
(the press office, research, sports events) are left out.
"""

from __future__ import annotations

import json
from pathlib import Path

# The first word that a department's name holds decides.
_ABOVE = (
    ("殯葬", "moi"), ("都市更新", "moi"), ("地政", "moi"), ("民政局", "moi"), ("兵役", "moi"), ("警察局交通", "motc"),
    ("警察", "moi"), ("消防", "moi"), ("都市發展", "moi"), ("人民團體", "moi"), ("稅捐", "mof"), ("菸酒暨稅務", "mof"),
    ("非公用財產", "mof"), ("社會局", "mohw"), ("衛生局", "mohw"), ("聯合醫院", "mohw"), ("教養院", "mohw"),
    ("敬老院", "mohw"), ("家庭暴力", "mohw"), ("公共運輸", "motc"), ("停車管理", "motc"), ("交通", "motc"),
    ("勞動", "mol"), ("就業服務", "mol"), ("教育局", "moe"), ("工商服務", "moea"), ("商業處", "moea"),
    ("自來水", "moea"), ("公用事業", "moea"), ("科技產業", "moea"), ("環境保護局人事", None), ("環境保護", "moenv"),
    ("動物保護", "moa"), ("農業發展", "moa"), ("文化局", "moc"), ("藝文推廣", "moc"), ("中山堂", "moc"),
)  # fmt: skip


def read_faq(path: Path) -> dict[str, list[str]]:
    """Return the questions by public name. Raises OSError, ValueError or KeyError for a file of another kind."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        row = json.loads(line)
        if (name := _above(row["department"])) is not None:
            found.setdefault(name, []).append(row["question"])
    return found


def _above(department: str) -> str | None:
    return next((name for word, name in _ABOVE if word in department), None)
