"""What if a session had been told otherwise: its recorded signals, traded again under other settings."""
