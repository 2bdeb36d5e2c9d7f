"""Small whole programs of the libraries' own kind, which the figures of the platforms are compared with."""
