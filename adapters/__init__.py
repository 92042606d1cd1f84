"""LoRA adapters of the ministries: their cards, their training and the demonstration set.

Importing this package never imports torch; only `adapters.training` and `adapters.demo` do.
"""
