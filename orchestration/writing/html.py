"""Web pages that show data as text: what a template prints is escaped, and the page says that it runs nothing."""

from __future__ import annotations

from typing import Any

import jinja2
from markupsafe import Markup, escape

from orchestration.writing.plain import NO_TEXT, visible

# A page holds all that it shows: styles, fonts and drawings are inside, and there is no script. Whatever else got in,
# a browser would neither run nor fetch it.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
)


def environment(loader: jinja2.BaseLoader) -> jinja2.Environment:
    """Templates whose `{{ … }}` escape what they print. `content_security_policy` stands in every page's head."""
    made = jinja2.Environment(
        loader=loader,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_as_text,
    )
    made.globals["content_security_policy"] = CONTENT_SECURITY_POLICY
    return made


def drawing_text(svg: str) -> str:
    """A finished drawing or other markup, whose maker has escaped what it says, without characters that are no text."""
    return NO_TEXT.sub(lambda found: str(escape(visible(found[0]))), svg)


def _as_text(value: Any) -> Any:
    """What is marked as HTML is passed on; its maker has escaped what was put in. What is not there is nothing."""
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
