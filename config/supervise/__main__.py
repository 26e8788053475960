"""Entry point of `./run`: start (the default), test, manage."""

import os
import sys

from config.supervise.errors import StartError


def main(arguments: list[str]) -> int:
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("start", [])
    try:
        if verb == "start" and not rest:
            from config.supervise.start import start

            return start()
        if verb == "test":
            from config.supervise.checks import test

            return test(rest)
        if verb == "manage":
            os.execv(sys.executable, [sys.executable, "manage.py", *rest])
    except StartError as error:
        print(f"signalist: {error}", file=sys.stderr)
        return 1
    print("usage: ./run | ./run test [--postgres] [pytest arguments] | ./run manage COMMAND ...", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
