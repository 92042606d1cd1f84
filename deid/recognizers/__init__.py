"""The recognisers of this package, one identifier each.

Importing this package makes them known to Presidio, so that ``registry.yaml`` can name them. Presidio finds classes by
their name alone, so none here may be called like one of its own.
"""

from __future__ import annotations

from deid.policy import Policy
from deid.recognizers.base import TextRecognizer
from deid.recognizers.credit_card import PaymentCardRecognizer
from deid.recognizers.email import EmailAddressRecognizer
from deid.recognizers.ip_address import IpAddressRecognizer
from deid.recognizers.person import PersonRecognizer
from deid.recognizers.person_latin import LatinNameRecognizer
from deid.recognizers.phone import TelephoneRecognizer
from deid.recognizers.tw_address import TwAddressRecognizer
from deid.recognizers.tw_national_id import TwNationalIdRecognizer
from deid.recognizers.tw_ubn import TwUbnRecognizer
from deid.recognizers.tw_ui_no import TwUiNoRecognizer

__all__ = [
    "EmailAddressRecognizer",
    "IpAddressRecognizer",
    "LatinNameRecognizer",
    "PaymentCardRecognizer",
    "PersonRecognizer",
    "TelephoneRecognizer",
    "TextRecognizer",
    "TwAddressRecognizer",
    "TwNationalIdRecognizer",
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
        PersonRecognizer(),
        LatinNameRecognizer(),
    )
