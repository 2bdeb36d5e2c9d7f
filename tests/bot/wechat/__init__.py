"""WeChat Official Account: what it calls us with, and what we call it with."""
