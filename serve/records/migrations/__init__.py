"""The database's history, one file per revision; run by `serve.records.database.upgrade`."""
