"""Why concealment stopped. Every message is fixed text: none ever holds what a citizen typed.

ConcealmentError
├── ConcealmentTimeout
├── PolicyError
├── PersonalDataBlocked
└── KeyHoldsPersonalData
"""

from __future__ import annotations


class ConcealmentError(Exception):
    """The text could not be protected, so it must not be sent."""


class ConcealmentTimeout(ConcealmentError):
    """The deadline passed before the text was protected."""


class PolicyError(ConcealmentError):
    """A policy or a recogniser is misconfigured: refuse to start.

    The message names the file, the key and an entry's place, never what the entry says; ``code`` is stable.
    """

    code = "policy_refused"


class PersonalDataBlocked(ConcealmentError):
    """The policy refuses texts with this kind of value. ``entity`` names the kind, never the value."""

    def __init__(self, entity: str) -> None:
        super().__init__(f"the policy refuses texts that hold {entity}")
        self.entity = entity


class KeyHoldsPersonalData(ConcealmentError):
    """A JSON object key holds personal data: replacing it would change the structure's meaning."""
