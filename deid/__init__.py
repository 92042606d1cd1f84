"""Conceals personal data in Traditional Chinese text and restores it in answers. See README.md."""

from deid.concealer import Concealer
from deid.errors import (
    ConcealmentError,
    ConcealmentTimeout,
    KeyHoldsPersonalData,
    PersonalDataBlocked,
    PolicyError,
)
from deid.findings import Finding
from deid.json_values import JSON
from deid.policy import Policy, choose_policy, load_policies, load_policy, policy_names
from deid.restorer import Restorer
from deid.session import CleanText, Session

__all__ = [
    "JSON",
    "CleanText",
    "Concealer",
    "ConcealmentError",
    "ConcealmentTimeout",
    "Finding",
    "KeyHoldsPersonalData",
    "PersonalDataBlocked",
    "Policy",
    "PolicyError",
    "Restorer",
    "Session",
    "choose_policy",
    "load_policies",
    "load_policy",
    "policy_names",
]
