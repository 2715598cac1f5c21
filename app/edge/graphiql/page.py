"""The GraphiQL page and the files that it needs.

Holds no token: the page reads one from the address's fragment, which browsers do not send.
"""

import hashlib
from collections.abc import Mapping
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

_STATIC = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css"}
STATIC_PATH = "/graphiql/static"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # its dialogs put style elements into the page
        "img-src 'self' data:",
        "font-src 'self' data:",  # the fonts are inside the style sheet
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def graphiql_response(endpoint: str) -> Response:
    """Return the page for one GraphQL path such as `/ops/graphql`; never cached, as it names the files' versions."""
    html = _PAGE.replace("{{endpoint}}", escape(endpoint, quote=True))
    headers = {"content-security-policy": CONTENT_SECURITY_POLICY, "cache-control": "no-store"}
    return HTMLResponse(html, headers=headers)


def graphiql_routes() -> list[BaseRoute]:
    """Return the route of the static files; the endpoints answer browsers with `graphiql_response` themselves."""
    return [Route(f"{STATIC_PATH}/{{name}}", _file, methods=["GET"])]


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _VERSIONS:
        return Response(status_code=404)
    # Immutable only under the version that we hold: an address from an older build must not pin newer bytes.
    current = request.query_params.get("v") == _VERSIONS[name]
    caching = "public, max-age=31536000, immutable" if current else "no-cache"
    path = _STATIC / name
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"cache-control": caching})


def _versions() -> Mapping[str, str]:
    files = sorted(path for path in _STATIC.iterdir() if path.suffix in _TYPES)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in files}


def _with_versions(html: str) -> str:
    for name, version in _VERSIONS.items():
        html = html.replace(f"{{{{{name}}}}}", f"{STATIC_PATH}/{name}?v={version}")
    return html


_VERSIONS = _versions()
_PAGE = _with_versions((_STATIC / "graphiql.html").read_text(encoding="utf-8"))
