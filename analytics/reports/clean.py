"""Text from users, fit to be shown."""

import unicodedata


def clean(text: str) -> str:
    """Without control characters, lone surrogates and what turns the direction of writing around: no name can disguise
    the text beside it. Line breaks and tabs become spaces."""
    return "".join(" " if char in "\t\n\r" else char for char in text if char in "\t\n\r" or _shown(char))


def _shown(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs"}
