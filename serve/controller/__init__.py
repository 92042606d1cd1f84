"""The controller: it keeps every engine replica at the desired set of adapters, and withdraws a bad canary."""
