"""The benchmark of the gateway against a stub upstream, with peers measured in the same run. See README.md."""
