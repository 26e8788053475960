"""The dashboard's host page."""

import json
from pathlib import Path

import pytest
from django.test import Client


@pytest.fixture
def built(tmp_path: Path, settings) -> Path:
    settings.DASHBOARD_DIST = tmp_path
    manifest = tmp_path / ".vite" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text(json.dumps({"index.html": {"file": "assets/a.js", "css": ["assets/a.css"]}}))
    return manifest


@pytest.mark.parametrize("path", ["/", "/login", "/trades/17", "/settings/?tab=risk", "/apish", "/administrators"])
def test_it_hosts_every_route_of_the_app(client: Client, built: Path, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert '<script type="module" src="/static/dashboard/assets/a.js">' in page.content.decode()
    assert 'href="/static/dashboard/assets/a.css"' in page.content.decode()
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.cookies["csrftoken"].value
    assert "no-cache" in page["Cache-Control"]


def test_a_new_build_shows_at_once(client: Client, built: Path) -> None:
    client.get("/")
    built.write_text(json.dumps({"index.html": {"file": "assets/b.js"}}))
    assert "assets/b.js" in client.get("/").content.decode()


def test_styles_of_shared_chunks_are_linked(client: Client, built: Path) -> None:
    chunks = {
        "index.html": {"file": "a.js", "css": ["a.css"], "imports": ["_b.js"]},
        "_b.js": {"file": "b.js", "css": ["b.css", "a.css"], "imports": ["index.html"]},
    }
    built.write_text(json.dumps(chunks))
    page = client.get("/").content.decode()
    assert (page.count("dashboard/a.css"), page.count("dashboard/b.css")) == (1, 1)


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_a_missing_build_is_said_plainly(client: Client, built: Path, content: str | None) -> None:
    built.unlink() if content is None else built.write_text(content)
    page = client.get("/")
    assert page.status_code == 503
    assert "not built" in page.content.decode()


def test_it_leaves_the_others_their_addresses(client: Client, built: Path, db: None) -> None:
    assert client.get("/admin").headers["Location"] == "/admin/"
    assert client.get("/static/none.js").status_code == 404
    assert client.get("/ws/live/").status_code == 404
    assert client.post("/").status_code == 405
