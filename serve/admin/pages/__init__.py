"""The web page of adapters: rendered here, without any script, for operators and ministries. See README.md above."""
