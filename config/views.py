"""The dashboard's host page."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.csrf import ensure_csrf_cookie

_ENTRY = "index.html"


@cache
def _bundle(changed: float) -> dict[str, Any]:
    """The built entry's files, from Vite's manifest (re-read when it changed)."""
    manifest = json.loads((settings.DASHBOARD_DIST / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    entry = manifest[_ENTRY]
    return {"js": entry["file"], "css": entry.get("css", [])}


@ensure_csrf_cookie
def dashboard(request: HttpRequest) -> HttpResponse:
    """The page that the React app lives in, whatever its client-side route."""
    manifest = settings.DASHBOARD_DIST / ".vite" / "manifest.json"
    if not manifest.exists():
        return render(request, "dashboard_missing.html", status=503)
    bundle = _bundle(manifest.stat().st_mtime)
    context = {
        "dashboard_js": static(f"dashboard/{bundle['js']}"),
        "dashboard_css": [static(f"dashboard/{name}") for name in bundle["css"]],
    }
    return render(request, "dashboard.html", context)
