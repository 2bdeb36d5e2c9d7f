"""Tests are transcripts: what is said, and what is answered. Real databases, a frozen clock."""
