"""Finds 統一編號 of businesses, which may point to a sole proprietor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid.findings import Finding
from deid.identifiers import tw_ubn
from deid.recognizers.base import TextRecognizer
from deid.recognizers.phone_parts import has_extension
from deid.views import SEPARATORS, Views

_SHAPE = re.compile(rf"[0-9](?:{SEPARATORS}?[0-9]){{7}}(?![0-9A-Z])")
_SURE_CUE = re.compile("統編|統一編號|扣繳單位|稅籍編號|UBN")
_DIRECT_CUE = re.compile("(?:統編|統一編號)[是為: ]{0,2}$")
_CUE = re.compile("公司|營業人|抬頭|商號|行號|買受人")
_VERSION = re.compile(r"版本 ?(?:[0-9]{1,3}\.){0,3}$")  # 「版本 1.3.4.103402」
_OTHER_NUMBER = re.compile("電話|傳真|手機|帳號|劃撥|專線|TEL|FAX|打|分機|日期|年|#|轉")


class TwUbnRecognizer(TextRecognizer):
    """Eight digits say nothing by themselves (22 % pass the check), so a cue is required."""

    ENTITY = "TW_UBN"
    COUNTRY_CODE = "tw"

    def find(self, views: Views) -> Iterator[Finding]:
        if not views.has_long_number:
            return
        sure = _SURE_CUE.search(views.folded) is not None
        if not sure and not _CUE.search(views.folded):
            return
        for match in views.number_matches(_SHAPE):
            before, window = views.before(match.start), views.around(match.start, match.end)
            valid = tw_ubn.is_valid(re.sub(SEPARATORS, "", match.value))
            span = (match.start, match.end)
            if _VERSION.search(before) and "." in match.value:
                continue
            if has_extension(views.figures, match.end) and not _DIRECT_CUE.search(before):
                continue
            if sure and _SURE_CUE.search(window):
                yield self.finding(views, span, 0.9 if valid else 0.6)
            elif valid and _CUE.search(window) and not _OTHER_NUMBER.search(before):
                yield self.finding(views, span, 0.6)
