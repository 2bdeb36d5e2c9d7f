"""From people's words to what they may mean: deterministic, without network, the same on every machine."""
