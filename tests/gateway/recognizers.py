"""Recognisers that fail in the ways that a real one may, and how a gateway gets one."""

from __future__ import annotations

import threading

import pytest

import serve.gateway.services
from deid import Concealer
from deid.findings import Finding
from deid.recognizers.base import TextRecognizer
from deid.views import Views


class Blind(TextRecognizer):
    """Finds nothing."""

    ENTITY = "PERSON"

    def find(self, views: Views) -> list[Finding]:
        """Nothing."""
        return []


class Indiscreet(Blind):
    """Fails, and quotes the text in its error, as libraries do."""

    def find(self, views: Views) -> list[Finding]:
        """Raise."""
        raise ValueError(f"cannot read {views.text!r}")


class Astray(Blind):
    """Finds something behind the end of the text."""

    def find(self, views: Views) -> list[Finding]:
        """An impossible place."""
        return [Finding(0, len(views.text) + 1, "PERSON", 1.0, "Astray")]


class Hanging(Blind):
    """Waits until it is let go, over texts that hold the character 慢."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self.asked = threading.Event()

    def find(self, views: Views) -> list[Finding]:
        """Wait, then find nothing."""
        if "慢" in views.text:
            self.asked.set()
            self.let_go.wait(60)
        return []


def use_recognizer(monkeypatch: pytest.MonkeyPatch, recognizer: TextRecognizer) -> None:
    """Let gateways that start from now on have this recogniser only."""
    monkeypatch.setattr(serve.gateway.services, "Concealer", lambda policy: Concealer(policy, [recognizer]))
