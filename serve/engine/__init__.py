"""Start vLLM from a profile: read it, check it, exec vLLM's own server. vLLM itself is never imported here."""
