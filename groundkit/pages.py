"""HTML from templates, in the one way that all pages are made."""

from __future__ import annotations

import jinja2


def environment(package: str, folder: str) -> jinja2.Environment:
    """Templates of a package: all values are escaped, and a name that is not there is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package, folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
