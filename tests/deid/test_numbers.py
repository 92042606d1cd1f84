"""Golden tables of the numbers that stand beside a cue or have an unmistakable shape.

What is concealed is marked with ⟦ ⟧; everything else must stay visible.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import Concealer, load_policy
from deid.recognizers.account import AccountRecognizer
from deid.recognizers.credit_card import PaymentCardRecognizer
from deid.recognizers.email import EmailAddressRecognizer
from deid.recognizers.ip_address import IpAddressRecognizer
from deid.recognizers.line_id import LineIdRecognizer
from deid.recognizers.phone import TelephoneRecognizer
from deid.recognizers.tw_bank_account import TwBankAccountRecognizer
from deid.recognizers.tw_case_no import TwCaseNoRecognizer
from deid.recognizers.tw_citizen_cert import TwCitizenCertRecognizer
from deid.recognizers.tw_einvoice_carrier import TwEinvoiceCarrierRecognizer
from deid.recognizers.tw_household_no import TwHouseholdNoRecognizer
from deid.recognizers.tw_invoice_no import TwInvoiceNoRecognizer
from deid.recognizers.tw_medical_record import TwMedicalRecordRecognizer
from deid.recognizers.tw_national_id import TwNationalIdRecognizer
from deid.recognizers.tw_nhi_card import TwNhiCardRecognizer
from deid.recognizers.tw_passport import TwPassportRecognizer
from deid.recognizers.tw_plate import TwPlateRecognizer
from deid.recognizers.tw_student_id import TwStudentIdRecognizer
from deid.recognizers.tw_ubn import TwUbnRecognizer
from deid.recognizers.tw_ui_no import TwUiNoRecognizer
from tests.deid.tables.accounts import ACCOUNT
from tests.deid.tables.contact import EMAIL, LINE
from tests.deid.tables.kept import KEPT, MIXED
from tests.deid.tables.money import BANK, CARD, CASE, INVOICE
from tests.deid.tables.papers import CARRIER, CERT, HOUSEHOLD, MEDICAL, NHI, PASSPORT, STUDENT
from tests.deid.tables.vehicles import PLATE

TABLES = {
    "TW_PLATE": PLATE, "TW_PASSPORT": PASSPORT, "TW_NHI_CARD": NHI, "TW_CITIZEN_CERT": CERT,
    "TW_EINVOICE_CARRIER": CARRIER, "TW_HOUSEHOLD_NO": HOUSEHOLD, "TW_MEDICAL_RECORD": MEDICAL,
    "TW_STUDENT_ID": STUDENT, "TW_BANK_ACCOUNT": BANK, "CREDIT_CARD": CARD, "LINE_ID": LINE, "ACCOUNT": ACCOUNT,
    "TW_CASE_NO": CASE, "TW_INVOICE_NO": INVOICE, "EMAIL": EMAIL, "": KEPT,
}  # fmt: skip
ROWS = [(entity, row) for entity, rows in TABLES.items() for row in rows]
MARK = re.compile("⟦(.*?)⟧")


CLASSES = (
    TwPlateRecognizer, TwPassportRecognizer, TwNhiCardRecognizer, TwCitizenCertRecognizer, TwEinvoiceCarrierRecognizer,
    TwHouseholdNoRecognizer, TwMedicalRecordRecognizer, TwStudentIdRecognizer, TwBankAccountRecognizer,
    TwCaseNoRecognizer, TwInvoiceNoRecognizer, LineIdRecognizer, AccountRecognizer, TwNationalIdRecognizer,
    TwUiNoRecognizer, TwUbnRecognizer, PaymentCardRecognizer, EmailAddressRecognizer, IpAddressRecognizer,
)  # fmt: skip
TELEPHONE = TelephoneRecognizer(public_lines=("02-2343-2888", "02-8722-1234"))
READER = Concealer(load_policy("default"), recognizers=(*(build() for build in CLASSES), TELEPHONE))


@pytest.mark.parametrize(("entity", "row"), ROWS)
def test_golden(entity: str, row: str) -> None:
    text = MARK.sub(r"\1", row)
    found = READER.detect(text)
    assert [text[f.start : f.end] for f in found] == MARK.findall(row)
    assert {f.entity for f in found} <= {entity}


@pytest.mark.parametrize("row", MIXED)
def test_several_kinds_in_one_text(row: str) -> None:
    text = MARK.sub(r"\1", row)
    assert [text[f.start : f.end] for f in READER.detect(text)] == MARK.findall(row)


CUED = {
    "車號": "BKD-2097", "護照號碼": "P6620417A", "健保卡號": "000031458890", "自然人憑證": "MB31882047715506",
    "手機條碼": "/37KDB2+", "戶號": "C2047713", "病歷號": "D0415528", "學號": "B10807042", "匯款帳號": "013025506998",
    "LINE ID": "mary_0822", "保單號碼": "PL20240012", "信用卡": "4111111111111111",
}  # fmt: skip
BETWEEN = st.sampled_from(["", "：", " ", "是", "，", "（", "「", "：\n", "我唸給你聽，", " is ", "="])
BEHIND = st.sampled_from(["", "。", "，謝謝", " 請查", "）", "」", "\n", "一直沒消息", "這個"])
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@given(
    cue=st.sampled_from(sorted(CUED)),
    between=BETWEEN,
    behind=BEHIND,
    wide=st.booleans(),
    cut=st.integers(0, 20),
)
def test_an_announced_value_is_concealed_however_it_is_joined(
    cue: str, between: str, behind: str, wide: bool, cut: int
) -> None:
    value = CUED[cue].translate(WIDE) if wide else CUED[cue]
    value = f"{value[: cut % len(value)]}\u200b{value[cut % len(value) :]}".strip("\u200b")
    text = f"您好，我的{cue}{between}{value}{behind}"
    start = text.rindex(value)
    covered = {place for f in READER.detect(text) for place in range(f.start, f.end)}
    assert not [at for at in range(start, start + len(value)) if text[at].isalnum() and at not in covered]


@given(st.text(alphabet="車號帳LINEID:是、,|\n\t 01一二-A@/.", max_size=60))
def test_findings_lie_in_the_text(text: str) -> None:
    assert all(0 <= f.start < f.end <= len(text) for f in READER.detect(text))
