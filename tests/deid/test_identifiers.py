from __future__ import annotations

import doctest
import importlib

import pytest

from deid.identifiers import credit_card, tw_national_id, tw_phone, tw_ubn, tw_ui_no
from deid.identifiers.errors import InvalidChecksum, InvalidFormat

MODULES = ("credit_card", "tw_national_id", "tw_phone", "tw_ubn", "tw_ui_no")


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
