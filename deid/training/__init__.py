"""Trains the tagger of ``deid.tagger``: ``python -m deid.training``. Needs torch; nothing here is used at run time."""
