"""What is drawn: letters that are there, lines that break where they may, and one drawing as picture and as PDF."""
