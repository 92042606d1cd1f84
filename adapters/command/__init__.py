"""The commands of `bianmin adapters`. Importing them never imports torch."""
