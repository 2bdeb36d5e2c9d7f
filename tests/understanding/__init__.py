"""The understanding, sentence by sentence."""
