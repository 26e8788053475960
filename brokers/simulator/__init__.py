"""A local exchange that speaks the brokers' own wire protocols, for demos and tests: no account, no money."""
