"""Live trading: orders at brokers, their outcomes, and the agreement of our books with theirs.

Nothing is sent inside a transaction, and nothing is sent twice: an order is first written down as SUBMITTED, then sent;
an outcome that is not known is looked up by the same client order id.
"""
