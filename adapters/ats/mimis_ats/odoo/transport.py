"""The two ways to call Odoo's models: JSON-RPC up to 18, ``/json/2`` from 19 on."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from mimis_ats.odoo.errors import KEY_MEND, error_for, name_of
from mimis_ats.odoo.settings import OdooSettings
from mimis_core import AuthenticationError, ConfigurationError, MimisError, NotFoundError, TemporaryError
from mimis_core.http import Client, Response

REPEATABLE = frozenset({"search_read", "fields_get", "write", "unlink", "authenticate", "version"})
"""Methods that may be sent again after a fault: done twice, they leave what done once leaves."""

POSITIONAL = {"create": "vals_list", "write": "vals"}
"""Argument that JSON-RPC takes by place alone, and its name."""

FIRST_JSON_2 = 19
"""Version that brought ``/json/2``; JSON-RPC is announced to end with 22."""


class Transport(Protocol):
    """Calls a method of a model; ``ids`` are the records that it is called on, None for a method of the model."""

    def call(self, model: str, method: str, ids: Sequence[int] | None, named: dict[str, Any]) -> Any:
        """The method's result. Raises mimis' errors."""

    def close(self) -> None:
        """Close the connections."""


class Wires:
    """Two connections: one that repeats what may be repeated, and one that never sends a write again."""

    def __init__(self, settings: OdooSettings, headers: dict[str, str] | None = None) -> None:
        self._repeating = Client(settings.url, system="Odoo", headers=headers, repeat=frozenset({"POST"}))
        self._single = Client(settings.url, system="Odoo", headers=headers)

    def post(self, path: str, method: str, body: dict[str, Any]) -> Response:
        """Send one call, whatever its answer is."""
        return self._client(method).ask("POST", path, json=body)

    def json(self, response: Response) -> Any:
        """The answer's JSON."""
        return self._single.json(response)

    def error(self, response: Response, code: str | None = None) -> MimisError:
        """The error that fits the answer's status."""
        return self._single.error(response, code)

    def close(self) -> None:
        """Close both."""
        self._repeating.close()
        self._single.close()

    def _client(self, method: str) -> Client:
        return self._repeating if method in REPEATABLE else self._single


class JsonRpc:
    """``POST /jsonrpc``: every answer has status 200, and an error stands in its body."""

    def __init__(self, settings: OdooSettings) -> None:
        self._settings = settings
        self._wires = Wires(settings)
        self._lock = threading.Lock()
        self._uid: int | None = None

    def version(self) -> int:
        """Odoo's main version, which it tells to everybody. Raises NotFoundError where JSON-RPC is gone."""
        answer = self._execute("common", "version", [])
        info = answer.get("server_version_info") if isinstance(answer, dict) else None
        found = re.search(r"\d+", str(info[0])) if isinstance(info, list) and info else None
        if found is None:
            raise TemporaryError("Odoo did not tell its version.", mend="Try again later.")
        return int(found.group())

    def call(self, model: str, method: str, ids: Sequence[int] | None, named: dict[str, Any]) -> Any:
        """See :class:`Transport`."""
        arguments: list[Any] = [] if ids is None else [list(ids)]
        if name := POSITIONAL.get(method):
            arguments.append(named[name])
        rest = {key: value for key, value in named.items() if key != name}
        key = self._settings.api_key.get_secret_value()
        call = [self._settings.database, self._sign_in(), key, model, method, arguments, rest]
        return self._execute("object", "execute_kw", call, method)

    def close(self) -> None:
        """Close the connections."""
        self._wires.close()

    def _sign_in(self) -> int:
        with self._lock:
            if self._uid is None:
                if not self._settings.login:
                    raise ConfigurationError("Odoo before 19 needs the user's login.", mend="Set login in mimis.toml.")
                key = self._settings.api_key.get_secret_value()
                given = [self._settings.database, self._settings.login, key, {}]
                found = self._execute("common", "authenticate", given)
                if found is False or found is None:
                    raise AuthenticationError("Odoo does not accept the key.", mend=KEY_MEND)
                if not isinstance(found, int):
                    raise TemporaryError("Odoo's answer to the sign-in is no number.", mend="Try again later.")
                self._uid = found
            return self._uid

    def _execute(self, service: str, method: str, arguments: list[Any], called: str | None = None) -> Any:
        parameters = {"service": service, "method": method, "args": arguments}
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": parameters}
        response = self._wires.post("jsonrpc", called or method, body)
        if response.status_code >= 400:
            raise self._wires.error(response)
        answer = self._wires.json(response)
        if not isinstance(answer, dict) or answer.get("jsonrpc") != "2.0":
            raise TemporaryError("Odoo answered with something that is no JSON-RPC.", mend="Try again later.")
        if "error" in answer:
            error = answer["error"]
            raise error_for(name_of(error.get("data") if isinstance(error, dict) else None))
        return answer.get("result")  # a method that gives None has no result here


class Json2:
    """``POST /json/2/<model>/<method>``: named arguments, the key as a bearer, real status codes."""

    def __init__(self, settings: OdooSettings) -> None:
        headers = {
            "Authorization": f"bearer {settings.api_key.get_secret_value()}",
            "X-Odoo-Database": settings.database,
        }
        self._wires = Wires(settings, headers)

    def call(self, model: str, method: str, ids: Sequence[int] | None, named: dict[str, Any]) -> Any:
        """See :class:`Transport`."""
        body = named if ids is None else {"ids": list(ids), **named}
        response = self._wires.post(f"json/2/{model}/{method}", method, body)
        if response.status_code >= 400:
            raise self._refusal(response)
        return self._wires.json(response)

    def close(self) -> None:
        """Close the connections."""
        self._wires.close()

    def _refusal(self, response: Response) -> MimisError:
        name = None
        with suppress(ValueError):  # a proxy's page says nothing
            name = name_of(response.json())
        # a wrong field or argument is answered with 500 as well: its name tells that repeating does not help
        is_final = 400 <= response.status_code < 500 and response.status_code != 429
        if name and (is_final or name in ("ValueError", "KeyError", "TypeError")):
            return error_for(name)
        return self._wires.error(response, name)


def choose(settings: OdooSettings) -> Transport:
    """The way that this Odoo understands, by the settings or by asking it. Raises TemporaryError when it is away."""
    if settings.protocol == "json-2":
        return Json2(settings)
    old = JsonRpc(settings)
    if settings.protocol == "json-rpc":
        return old
    try:
        is_old = old.version() < FIRST_JSON_2
    except NotFoundError:  # what JSON-RPC will be once Odoo has taken it out
        is_old = False
    except BaseException:
        old.close()
        raise
    if is_old:
        return old
    old.close()
    return Json2(settings)
