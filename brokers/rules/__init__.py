"""Fill models as pure functions of floats and integers, which also compile under numba."""
