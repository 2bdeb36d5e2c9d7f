"""Rules and tables, on both databases."""
