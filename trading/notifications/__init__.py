"""Telling people of alerts outside the dashboard: channels, what they ask for, and the outbox of messages."""
