from __future__ import annotations

import doctest
import importlib

import pytest

from deid.identifiers import (
    credit_card,
    tw_bank_account,
    tw_case_no,
    tw_citizen_cert,
    tw_einvoice_carrier,
    tw_household_no,
    tw_invoice_no,
    tw_national_id,
    tw_nhi_card,
    tw_passport,
    tw_phone,
    tw_plate,
    tw_ubn,
    tw_ui_no,
)
from deid.identifiers.errors import InvalidChecksum, InvalidFormat

MODULES = (
    "credit_card", "roc_date", "tw_bank_account", "tw_case_no", "tw_citizen_cert", "tw_einvoice_carrier",
    "tw_household_no", "tw_invoice_no", "tw_national_id", "tw_nhi_card", "tw_passport", "tw_phone", "tw_plate",
    "tw_ubn", "tw_ui_no",
)  # fmt: skip
FORMATS = [
    (tw_nhi_card, ("000012345678", "000098765432"), ("00001234567", "0000123456789", "00001234567X")),
    (tw_passport, ("312345678", "351234567"), ("31234567", "3123456789", "A12345678")),
    (tw_citizen_cert, ("AB12345678901234", "TP03120012345678"), ("A123456789012345", "AB1234567890123")),
    (tw_einvoice_carrier, ("/ABC1234", "/1A2B+3-", "/K.99XYZ"), ("ABC1234", "/ABC123", "/ABC12345")),
    (tw_household_no, ("A1234567", "F0000012", "H12345AB"), ("A123456", "A12345678", "12-34567")),
    (tw_bank_account, ("007-012345678901", "700 0001234 0123456", "(822)123456789012"), ("7-12345", "822")),
    (tw_case_no, ("2026043010407", "2015070100001"), ("202604301040", "20260430104077", "2026133010407")),
    (tw_invoice_no, ("AB12345678", "ZZ-00000001"), ("A123456789", "AB1234567", "ABC1234567")),
    (tw_plate,
     ("ABC-1235", "EAA0001", "AB-1234", "1234-AB", "ABC-123", "123-ABC", "A1-2345", "2345-A1", "AB-12345"),
     ("ABC-12345", "1234-5678", "AB-1", "ABCD-123", "1-2345")),
]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_run(name: str) -> None:
    results = doctest.testmod(importlib.import_module(f"deid.identifiers.{name}"))
    assert results.attempted and not results.failed


def test_every_wrong_check_digit_of_a_national_id_is_noticed(numbers) -> None:
    for _ in range(50):
        valid = numbers.national_id()
        assert tw_national_id.validate(valid.lower()) == valid
        for digit in set("0123456789") - {valid[-1]}:
            with pytest.raises(InvalidChecksum):
                tw_national_id.validate(valid[:-1] + digit)


def test_ui_number_old_and_new_form(numbers) -> None:
    assert tw_ui_no.is_valid(numbers.ui_no())
    assert tw_ui_no.is_valid(numbers.old_ui_no())
    with pytest.raises(InvalidFormat):
        tw_ui_no.validate("A123456789")


@pytest.mark.parametrize("number", ["00501503", "22099131", "04595257", "10458574"])
def test_ubn_under_both_rules(number: str) -> None:
    assert tw_ubn.is_valid(number)


@pytest.mark.parametrize("number", ["16480894", "81924865", "17933677"])
def test_ubn_valid_only_since_2023(number: str) -> None:
    assert tw_ubn.is_valid(number)


@pytest.mark.parametrize("number", ["04595253", "12345678", "00000000", "1234567"])
def test_invalid_ubn(number: str) -> None:
    assert not tw_ubn.is_valid(number)


@pytest.mark.parametrize("number", ["4111111111111111", "5500005555555559", "3566002020360505"])
def test_card_numbers(number: str) -> None:
    assert credit_card.validate(credit_card.format(number)) == number
    with pytest.raises(InvalidChecksum):
        credit_card.validate(number[:-1] + str((int(number[-1]) + 1) % 10))


def test_luhn_alone_is_not_enough_for_a_card() -> None:
    with pytest.raises(InvalidFormat):
        credit_card.validate("2026043010407")


@pytest.mark.parametrize(
    "number",
    ["02-2345-6789", "(02)23456789", "03-425-1234", "037-321-234", "04-2228-9111", "04-722-2151", "049-222-2106",
     "05-225-4321", "06-299-1111", "07-799-5678", "08-732-0415", "089-326-141", "082-325-630", "0826-66123",
     "0836-22381", "0912345678", "+886 912 345 678", "886-2-2345-6789"],
)  # fmt: skip
def test_telephone_numbers(number: str) -> None:
    assert tw_phone.is_valid(number)
    assert tw_phone.validate(tw_phone.format(number)) == tw_phone.compact(number)


@pytest.mark.parametrize(
    "number", ["02-1234-5678", "02-234-5678", "04-123-4567", "0911-22381", "1-2345-6789"]
)
def test_not_telephone_numbers(number: str) -> None:
    assert not tw_phone.is_valid(number)


def test_spellings_of_one_number_compact_alike() -> None:
    spellings = ("0912-345-678", "(0912)345678", "+886912345678", "+886-(0)912-345-678", "912345678")
    assert {tw_phone.compact(spelling) for spelling in spellings} == {"0912345678"}


@pytest.mark.parametrize(("module", "valid", "invalid"), FORMATS)
def test_formats_without_a_check_digit(module, valid: tuple[str, ...], invalid: tuple[str, ...]) -> None:
    for number in valid:
        assert module.validate(module.format(number)) == module.compact(number)
        assert module.is_valid(f" {number.lower()} ")
    for number in invalid:
        with pytest.raises(InvalidFormat):
            module.validate(number)


def test_an_error_never_repeats_the_number() -> None:
    for module, _, invalid in FORMATS:
        with pytest.raises(InvalidFormat) as caught:
            module.validate(invalid[0])
        assert invalid[0] not in str(caught.value)


def test_the_bank_is_told_from_the_account() -> None:
    assert tw_bank_account.split_bank("808123456789012") == ("808", "123456789012")
    assert tw_bank_account.split_bank("999123456789012") == ("", "999123456789012")


@pytest.mark.parametrize("number", ["P6620417A", "E12345678", "HC3380514"])
def test_passports_of_other_countries(number: str) -> None:
    assert tw_passport.is_foreign(number)
    assert not tw_passport.is_valid(number)
