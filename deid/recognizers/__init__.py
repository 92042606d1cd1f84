"""The recognisers of this package, one identifier each.

Importing this package makes them known to Presidio, so that ``registry.yaml`` can name them. Presidio finds classes by
their name alone, so none here may be called like one of its own.
"""

from __future__ import annotations

from deid.policy import Policy
from deid.recognizers.account import AccountRecognizer
from deid.recognizers.base import TextRecognizer
from deid.recognizers.credit_card import PaymentCardRecognizer
from deid.recognizers.date_of_birth import DateOfBirthRecognizer
from deid.recognizers.email import EmailAddressRecognizer
from deid.recognizers.ip_address import IpAddressRecognizer
from deid.recognizers.learned import LearnedValueRecognizer
from deid.recognizers.line_id import LineIdRecognizer
from deid.recognizers.person import PersonRecognizer
from deid.recognizers.person_latin import LatinNameRecognizer
from deid.recognizers.phone import TelephoneRecognizer
from deid.recognizers.tw_address import TwAddressRecognizer
from deid.recognizers.tw_bank_account import TwBankAccountRecognizer
from deid.recognizers.tw_case_no import TwCaseNoRecognizer
from deid.recognizers.tw_citizen_cert import TwCitizenCertRecognizer
from deid.recognizers.tw_einvoice_carrier import TwEinvoiceCarrierRecognizer
from deid.recognizers.tw_household_no import TwHouseholdNoRecognizer
from deid.recognizers.tw_invoice_no import TwInvoiceNoRecognizer
from deid.recognizers.tw_land_no import TwLandNoRecognizer
from deid.recognizers.tw_medical_record import TwMedicalRecordRecognizer
from deid.recognizers.tw_national_id import TwNationalIdRecognizer
from deid.recognizers.tw_nhi_card import TwNhiCardRecognizer
from deid.recognizers.tw_passport import TwPassportRecognizer
from deid.recognizers.tw_plate import TwPlateRecognizer
from deid.recognizers.tw_student_id import TwStudentIdRecognizer
from deid.recognizers.tw_ubn import TwUbnRecognizer
from deid.recognizers.tw_ui_no import TwUiNoRecognizer

__all__ = [
    "AccountRecognizer",
    "DateOfBirthRecognizer",
    "EmailAddressRecognizer",
    "IpAddressRecognizer",
    "LatinNameRecognizer",
    "LearnedValueRecognizer",
    "LineIdRecognizer",
    "PaymentCardRecognizer",
    "PersonRecognizer",
    "TelephoneRecognizer",
    "TextRecognizer",
    "TwAddressRecognizer",
    "TwBankAccountRecognizer",
    "TwCaseNoRecognizer",
    "TwCitizenCertRecognizer",
    "TwEinvoiceCarrierRecognizer",
    "TwHouseholdNoRecognizer",
    "TwInvoiceNoRecognizer",
    "TwLandNoRecognizer",
    "TwMedicalRecordRecognizer",
    "TwNationalIdRecognizer",
    "TwNhiCardRecognizer",
    "TwPassportRecognizer",
    "TwPlateRecognizer",
    "TwStudentIdRecognizer",
    "TwUbnRecognizer",
    "TwUiNoRecognizer",
    "shipped_recognizers",
]


def shipped_recognizers(policy: Policy) -> tuple[TextRecognizer, ...]:
    """Build every recogniser, with the policy's published numbers and addresses."""
    return (
        TwNationalIdRecognizer(),
        TwUiNoRecognizer(),
        PaymentCardRecognizer(),
        TelephoneRecognizer(public_lines=policy.public_lines),
        TwUbnRecognizer(),
        EmailAddressRecognizer(public_mailboxes=policy.public_mailboxes),
        IpAddressRecognizer(),
        TwAddressRecognizer(),
        TwLandNoRecognizer(),
        DateOfBirthRecognizer(),
        AccountRecognizer(),
        LineIdRecognizer(),
        TwBankAccountRecognizer(),
        TwCaseNoRecognizer(),
        TwCitizenCertRecognizer(),
        TwEinvoiceCarrierRecognizer(),
        TwHouseholdNoRecognizer(),
        TwInvoiceNoRecognizer(),
        TwMedicalRecordRecognizer(),
        TwNhiCardRecognizer(),
        TwPassportRecognizer(),
        TwPlateRecognizer(),
        TwStudentIdRecognizer(),
        PersonRecognizer(),
        LatinNameRecognizer(),
        LearnedValueRecognizer(),
    )
