"""Published results: told by the owner's hash-chained events, checked against the rows, shown without amounts."""
