"""A matching engine with accounts: pure of any wire, each venue's wire translates."""
