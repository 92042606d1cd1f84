"""The demonstration model and its four adapters, built from the text in this folder alone."""
