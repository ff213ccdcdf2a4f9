"""Reading of multipart/form-data, exact to the byte, for the wallet sandbox."""

from __future__ import annotations

from email.message import Message


def file_parts(content_type: str, body: bytes) -> dict[str, tuple[str, bytes]]:
    """The files of a multipart body by the name of their part, as (file name, content); empty when it is none."""
    boundary = _parameter("Content-Type", content_type, "boundary")
    if not content_type.lower().startswith("multipart/form-data") or not boundary:
        return {}
    found = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        disposition = _disposition(head.decode("utf-8", "replace"))
        name = _parameter("Content-Disposition", disposition, "name")
        found[name] = (_parameter("Content-Disposition", disposition, "filename"), content)
    return found


def _disposition(head: str) -> str:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            return value.strip()
    return ""


def _parameter(header: str, value: str, name: str) -> str:
    message = Message()
    message[header] = value
    found = message.get_param(name, "", header)
    return found if isinstance(found, str) else found[2]
