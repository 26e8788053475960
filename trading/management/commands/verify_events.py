"""Check the event log against its hash chain."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from trading.audit.audit_check import Finding, Head, owners, verify
from trading.models import EventCounter

_SHOWN = 1000


class Command(BaseCommand):
    help = (
        "Check every owner's events against their hash chain. Exit code 1 when something was changed, removed, added "
        "or put in another order."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", help="that user's log alone")
        parser.add_argument("--json", action="store_true", help="the result, and where each log stands, as JSON")
        parser.add_argument(
            "--against", type=Path, help="the JSON of an earlier run, kept elsewhere: finds logs that were rolled back"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        noted = _noted(options["against"])
        names: dict[int, str] = dict(get_user_model()._default_manager.values_list("pk", "username"))
        chosen = _chosen(options["user"], names, noted)
        results: list[dict[str, Any]] = []
        for owner_id in chosen:
            counter = EventCounter.objects.filter(owner=owner_id).first()
            found = self._check(owner_id, names.get(owner_id, "?"), noted.get(owner_id), silent=options["json"])
            head = {"last": counter.last, "head": counter.head} if counter else {"last": 0, "head": ""}
            if head["last"] or found:  # users of whom nothing was ever told are passed over
                results.append({"owner": owner_id, "username": names.get(owner_id), **head, "findings": found})
        wrong = sum(1 for result in results if result["findings"])
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not wrong, "owners": results}, indent=2))
        else:
            events = sum(result["last"] for result in results)
            self.stdout.write(f"{events} events of {len(results)} owners checked.")
        if wrong:
            raise CommandError(f"{wrong} of {len(results)} logs are not as they were written.", returncode=1)

    def _check(self, owner_id: int, name: str, noted: Head | None, *, silent: bool) -> list[dict[str, Any]]:
        """The findings, told as they come; the first thousand of them for the result."""
        found: list[dict[str, Any]] = []
        for finding in verify(owner_id, noted):
            if not silent:
                self.stdout.write(f"owner {owner_id} ({name}), {finding}")
            if len(found) < _SHOWN:
                found.append(_shown(finding))
        return found


def _shown(finding: Finding) -> dict[str, Any]:
    return {"first": finding.first, "last": finding.last, "problem": finding.problem}


def _noted(path: Path | None) -> dict[int, Head]:
    """Where each log stood, by owner. Raises CommandError for a file that is no earlier result."""
    if path is None:
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["owners"]
        return {int(item["owner"]): Head(int(item["last"]), str(item["head"])) for item in told if item["last"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"--against: {path} is not the JSON of an earlier run ({type(error).__name__})") from None


def _chosen(name: str | None, names: dict[int, str], noted: dict[int, Head]) -> list[int]:
    if name is None:
        return sorted({*owners(), *noted})
    found = [pk for pk, username in names.items() if username == name]
    if not found:
        raise CommandError(f"--user: there is no user {name!r}")
    return found
