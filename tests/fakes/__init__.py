"""The platforms' own sides, over real HTTP: they refuse, count and fail as the real ones do."""
