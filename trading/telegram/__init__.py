"""Telegram, both ways: each user's own bot obeys the one chat that was linked to it."""
