"""The dashboard's host page."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

_ENTRY = "index.html"


@lru_cache(maxsize=1)
def _bundle(manifest: Path, changed: float) -> dict[str, Any]:
    """The entry's script, and the styles of all that it imports, from Vite's manifest (read again when it changed)."""
    chunks = json.loads(manifest.read_text(encoding="utf-8"))
    css: list[str] = []
    seen, waiting = set(), [_ENTRY]
    while waiting:
        name = waiting.pop(0)
        if name not in seen:
            seen.add(name)
            css += [file for file in chunks[name].get("css", []) if file not in css]
            waiting += chunks[name].get("imports", [])
    return {"js": chunks[_ENTRY]["file"], "css": css}


@never_cache
@require_safe
@ensure_csrf_cookie
def dashboard(request: HttpRequest) -> HttpResponse:
    """The page that the React app lives in, whatever its client-side route. Never cached: its assets' names change."""
    manifest = settings.DASHBOARD_DIST / ".vite" / "manifest.json"
    try:
        bundle = _bundle(manifest, manifest.stat().st_mtime)
    except (OSError, ValueError, KeyError):
        return render(request, "dashboard_missing.html", status=503)
    context = {
        "dashboard_js": static(f"dashboard/{bundle['js']}"),
        "dashboard_css": [static(f"dashboard/{name}") for name in bundle["css"]],
    }
    page = render(request, "dashboard.html", context)
    page.headers["X-Robots-Tag"] = "noindex"  # also of public track records: their owners hand out the links
    return page
