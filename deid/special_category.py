"""Topics of special-category personal data (Personal Data Protection Act, art. 6).

Medical records, health checks, medical treatment, genetics, sex life and criminal records are topics, not strings:
nothing is concealed here. The flag makes the caller use its strict profile (no raw text in any log, shortest life).
"""

from __future__ import annotations

import re

_CUES = re.compile(
    "病歷|確診|診斷|憂鬱|躁鬱|思覺失調|精神科|精神疾病|身心障礙|身障手冊|失智|癌|化療|洗腎|中風|懷孕|流產|墮胎|不孕|"
    "愛滋|HIV|hiv|梅毒|性病|結核|肝炎|手術|住院|服藥|吸毒|毒品|戒癮|自殺|自殘|遺傳|基因|健康檢查|健檢|"
    "前科|假釋|服刑|受刑人|通緝|犯罪紀錄|良民證|性侵|性騷擾|家暴|家庭暴力|保護令|性交|同性戀|跨性別"
)


def speaks_of_special_category(text: str) -> bool:
    """Whether a text touches an art. 6 topic. Errs towards yes."""
    return _CUES.search(text) is not None
