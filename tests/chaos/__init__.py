"""Kills, floods, full disks, locks and lost connections: what was answered is there, and nothing is there twice."""
