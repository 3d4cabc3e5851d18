"""What every answer says beside its body: what a page may load, and how long a copy is good."""

from collections.abc import Sequence

from flask import Flask, Response, request

YEAR = "public, max-age=31536000, immutable"
MARKS = {"m", "v"}   # what an address bears that changes with its content: ours the digest, a library's its version


def policy(scripts: Sequence[str], pictures: Sequence[str] = ()) -> str:
    """The content security policy: this server and nobody else; `scripts` are the hashes of Dash's inline ones.

    Styles may be inline (Plotly and Dash write them), images may come from the page's own data, and the
    map's workers may be made from a blob. `pictures` are the places that the pack's cameras are seen at.
    """
    seen = (f"connect-src 'self' {' '.join(pictures)}", f"media-src 'self' blob: {' '.join(pictures)}") if pictures else ()
    return "; ".join((
        "default-src 'self'",
        "script-src 'self' " + " ".join(scripts),
        "style-src 'self' 'unsafe-inline'",
        " ".join(("img-src 'self' data: blob:", *pictures)),
        *seen,
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ))


def protect(server: Flask, scripts: Sequence[str], pictures: Sequence[str] = ()) -> None:
    """Set the security headers on every answer, and how long an asset lives."""
    fixed = {
        "Content-Security-Policy": policy(scripts, pictures),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }

    @server.after_request
    def add(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/assets/") and response.status_code in (200, 304):
            response.headers["Cache-Control"] = YEAR if MARKS & request.args.keys() else "no-cache"
        return response
