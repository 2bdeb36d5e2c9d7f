"""Channels, transactions, configuration and the command line."""
