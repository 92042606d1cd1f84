"""The admin plane: accounts, adapters, journal, usage and metrics, on its own port. See README.md."""
