class StartError(Exception):
    """Signalist cannot start; the message says why and what to do."""
