"""Daily results: what is kept of each day, and how it is kept up."""
