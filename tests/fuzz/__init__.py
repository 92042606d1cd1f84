"""Texts nobody thought of, against what de-identification promises. ``python -m tests.fuzz``."""
