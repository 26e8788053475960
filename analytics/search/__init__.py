"""Searching parameters: the space, how settings are drawn from it, and the stretches of time they are tried on."""
