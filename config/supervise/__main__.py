"""Entry point of `./run`: start (the default), test, manage; and, for containers, prepare, process, health."""

import os
import sys

from config.supervise.errors import StartError

_USAGE = """usage: ./run                                        start everything
       ./run --broker simulator                     the same, trading at a simulated exchange as if live
       ./run test [--postgres] [pytest arguments]   run the checks, or just those tests
       ./run manage COMMAND ...                     manage.py, on the same database and Redis
in containers:
       ./run prepare | ./run process NAME | ./run health NAME"""


def main(arguments: list[str]) -> int:
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("start", [])
    try:
        return _do(verb, rest)
    except StartError as error:
        print(f"signalist: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _do(verb: str, rest: list[str]) -> int:
    if verb == "start" and not rest:
        from config.supervise.start import start

        return start()
    if verb == "--broker" and rest == ["simulator"]:
        from config.supervise.start import start

        return start(simulator=True)
    if verb == "test":
        from config.supervise.checks import test

        return test(rest)
    if verb == "manage":
        os.execv(sys.executable, [sys.executable, "manage.py", *rest])
    if verb == "prepare" and not rest:
        from config.supervise.prepare import prepare

        print(prepare(dict(os.environ)))
        return 0
    if verb == "process" and len(rest) == 1:
        from config.supervise.procfile import become

        become(rest[0])
    if verb == "health" and len(rest) == 1:
        from config.supervise.probe import alive

        return 0 if alive(rest[0]) else 1
    print(_USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
