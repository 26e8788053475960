"""How good signals and gates are: what became of the signals that sessions decided on, and of those they refused."""
