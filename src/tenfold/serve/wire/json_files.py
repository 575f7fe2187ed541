"""Files as JSON carries them: base64, alone or with a name."""

import base64
import binascii
import json
from typing import Any

from tenfold.serve.options import Limits
from tenfold.serve.wire.problems import Problem

__all__ = ["JSON_TYPE", "describe_json", "files_of_json"]

JSON_TYPE = "application/json"

DATA_URL = "data:"


def files_of_json(content: bytes, key: str, limits: Limits) -> tuple[list[tuple[str | None, bytes]], dict[str, Any]]:
    """Take files out of an object such as `{"pictures": ["iVBORw0…", {"name": "7.png", "content": "iVBO…"}]}`.

    Args:
        content: The body.
        key: The member that holds the files.
        limits: How many there may be.

    Returns:
        Each file's name and content, and the other members.

    Raises:
        Problem: It is no such object, or holds too many.
    """
    wanted = f'expected JSON such as {{"{key}": ["…"]}}, each a file in base64, or {{"name": …, "content": …}}'
    try:
        asked = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Problem("bad-request", f"the body is no JSON: {wanted}") from error
    files = asked.pop(key, None) if isinstance(asked, dict) else None
    if not isinstance(files, list) or not files:
        raise Problem("bad-request", wanted)
    if len(files) > limits.files:
        raise Problem("too-large", f"at most {limits.files} files are taken at once, got {len(files)}")
    named = [each if isinstance(each, dict) else {"content": each} for each in files]
    if not all(isinstance(each.get("name"), str | None) and isinstance(each.get("content"), str) for each in named):
        raise Problem("bad-request", wanted)
    return [(each.get("name"), _decoded(each["content"])) for each in named], asked


def describe_json(key: str, options: dict[str, Any]) -> dict[str, Any]:
    """Describe such an object in OpenAPI.

    Args:
        key: The member that holds the files.
        options: The schemas of the other members.
    """
    file = {"type": "string", "contentEncoding": "base64", "description": "A file in base64, or its `data:` URL."}
    named = {
        "type": "object",
        "required": ["content"],
        "properties": {"name": {"type": "string", "description": "The file's name."}, "content": file},
    }
    files = {"type": "array", "minItems": 1, "items": {"anyOf": [file, named]}}
    return {"schema": {"type": "object", "required": [key], "properties": {key: files, **options}}}


def _decoded(text: str) -> bytes:
    if text.startswith(DATA_URL):
        text = text.partition(",")[2]
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem("bad-request", "a file is not in base64") from error
