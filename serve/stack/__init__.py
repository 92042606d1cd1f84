"""Run every part on one machine: `bianmin up`, `bianmin down` and `bianmin ask`."""
