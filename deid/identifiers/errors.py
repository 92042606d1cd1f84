"""Why a number is not valid. Messages name the kind of number, never the number."""

from __future__ import annotations


class InvalidNumber(ValueError):
    """The number is not valid."""


class InvalidFormat(InvalidNumber):
    """Length, letters or ranges are wrong."""


class InvalidChecksum(InvalidNumber):
    """The check digit does not fit."""
