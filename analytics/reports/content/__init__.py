"""What a report consists of, before it is HTML or PDF."""
