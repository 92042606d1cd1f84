"""Accounts, keys, adapters and the journal's tables: what the whole stack remembers. See README.md."""
