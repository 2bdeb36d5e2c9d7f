"""Conversations, line by line."""
