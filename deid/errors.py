"""Why concealment stopped. Every message is fixed text: none ever holds what a citizen typed.

ConcealmentError
├── ConcealmentTimeout
├── PolicyError
└── KeyHoldsPersonalData
"""

from __future__ import annotations


class ConcealmentError(Exception):
    """The text could not be protected, so it must not be sent."""


class ConcealmentTimeout(ConcealmentError):
    """The deadline passed before the text was protected."""


class PolicyError(ConcealmentError):
    """A policy or a recogniser is misconfigured: refuse to start."""


class KeyHoldsPersonalData(ConcealmentError):
    """A JSON object key holds personal data: replacing it would change the structure's meaning."""
