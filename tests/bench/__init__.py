"""The figures: rates, processor time, starting time and memory, each beside a peer of the same run."""
