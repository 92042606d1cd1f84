"""`bianmin adapters`: a ministry's and an operator's way to the admin plane, over HTTP. See docs/adapters.md."""
