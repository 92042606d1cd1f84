"""Conceals personal data in Traditional Chinese text and restores it in answers. See README.md."""

from deid.concealer import Concealer
from deid.errors import ConcealmentError, ConcealmentTimeout, KeyHoldsPersonalData, PolicyError
from deid.findings import Finding
from deid.json_values import JSON
from deid.policy import Policy, load_policy
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
    "Policy",
    "PolicyError",
    "Restorer",
    "Session",
    "load_policy",
]
