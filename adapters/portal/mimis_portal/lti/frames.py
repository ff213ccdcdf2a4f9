"""What lets our pages live in a platform's frame: who may hold which, and how a launch knows its browser again."""

from __future__ import annotations

import hashlib
import hmac

from flask import Flask, Response, current_app, request

from mimis_core.web import LtiTool, allow_frames, is_framed

KEY = "mimis_portal.lti"
FRAMED_PATHS = ("/me", "/in", "/out", "/lti", "/check", "/accessibility")
"""Where a launch leads, and what one comes to from there: her own pages, the way in and out, which ends at ``/``, and
what stands in the foot of each page."""
LAUNCH_SECONDS = 600


def tool() -> LtiTool:
    """This mimis as a tool of its platforms."""
    found: LtiTool = current_app.extensions[KEY]
    return found


def allow_platforms() -> None:
    """Let the platforms, and nobody else, hold a page of a launch, or of a session that began in their frame."""
    path = request.path
    is_ours = path == "/" or any(path == one or path.startswith(f"{one}/") for one in FRAMED_PATHS)
    if is_ours and (is_framed() or path.startswith("/lti/")):
        allow_frames(tool().origins)


def install(app: Flask, made: LtiTool) -> None:
    """Keep the tool with its app, and let its platforms hold what they may."""
    app.extensions[KEY] = made
    app.before_request(allow_platforms)


# A launch must end in the browser that began it: else somebody could have another's browser end his own, and find in
# his account what she writes there. The cookie is of this one launch, so that several frames of a page do not mix.


def mark_browser(answer: Response, state: str) -> None:
    """Let the browser remember a launch that begins, in frames too where it can."""
    answer.set_cookie(
        _name(state),
        _proof(state),
        max_age=LAUNCH_SECONDS,
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )


def is_same_browser(state: str) -> bool:
    """Whether the launch began in the browser that ends it; also False where frames get no cookies at all."""
    return hmac.compare_digest(request.cookies.get(_name(state), "").encode(), _proof(state).encode())


def unmark_browser(answer: Response, state: str) -> None:
    """Forget the launch."""
    answer.delete_cookie(_name(state), secure=True, httponly=True, samesite="None", partitioned=True)


def _name(state: str) -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-launch-{_proof(state)[:8]}"


def _proof(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
