"""The journal: `record.JournalRecord` is what happened, `spool.Spool` makes it durable; the rest ships and checks.

Nothing is imported here: the process's metrics folder must be set before `serve.metrics` is.
"""
