"""`/app` and `/ops`: two builds of pages, a person's and the team's, read once, packed once for those who take gzip.

Knows nobody: what somebody sees is asked for by the page, with their own token.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

BUILT = Path(__file__).parents[2] / "dashboard" / "dist"
"""In a checkout and in a wheel alike: a wheel brings the built pages, under the same names."""
BUILT_FOR_TEAM = BUILT.with_name("dist-team")
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",  # a picture that is saved is drawn from one of these
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HASHED = "assets/"
_SMALLEST_PACKED = 256
_NOT_BUILT = (
    "The dashboard is not built here. Run `make setup` (it takes Node from PyPI where there is none), then start again."
)

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    packed: bytes | None
    """By gzip; None where that saves nothing."""
    headers: Mapping[str, str]


def dashboard_routes(folder: Path = BUILT) -> list[BaseRoute]:
    """The files of `folder`, and its page under all other addresses of `/app/`; 503 when it is not built."""
    return _routes("/app", folder, page="index.html")


def team_routes(folder: Path = BUILT_FOR_TEAM) -> list[BaseRoute]:
    """The same of the team's pages under `/ops/`; routes below it of others come before these."""
    return _routes("/ops", folder, page="team.html")


def _routes(place: str, folder: Path, *, page: str) -> list[BaseRoute]:
    files = {path.relative_to(folder).as_posix(): _read(folder, path) for path in folder.rglob("*") if path.is_file()}

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        if not files:
            return PlainTextResponse(_NOT_BUILT, 503)
        if name not in files and "." in name.rpartition("/")[2]:  # a file of another build, which is no screen
            return Response(status_code=404)
        return _answer(files.get(name) or files[page], request)

    async def enter(_: Request) -> Response:
        return RedirectResponse(f"{place}/")

    return [Route(place, enter), Route(f"{place}/{{name:path}}", serve)]


def _read(folder: Path, path: Path) -> _File:
    content, name = path.read_bytes(), path.relative_to(folder).as_posix()
    packed = _packed(content)
    shrinks = len(content) >= _SMALLEST_PACKED and len(packed) < len(content) * 0.95
    headers = {
        "content-type": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "cache-control": "public, max-age=31536000, immutable" if name.startswith(_HASHED) else "no-cache",
        "etag": f'"{hashlib.sha256(content).hexdigest()[:16]}"',
        "vary": "accept-encoding",
        "content-security-policy": CONTENT_SECURITY_POLICY,
    }
    return _File(content, packed if shrinks else None, headers)


@cache
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _answer(file: _File, request: Request) -> Response:
    if file.headers["etag"] in request.headers.get("if-none-match", "").replace("W/", "").split(", "):
        return Response(status_code=304, headers=file.headers)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers={**file.headers, "content-encoding": "gzip"})
    return Response(file.content, headers=file.headers)
