#!/usr/bin/env python
"""Django's command-line utility for Signalist."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from trading.audit.actors import acting

    with acting(None, "command"):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
