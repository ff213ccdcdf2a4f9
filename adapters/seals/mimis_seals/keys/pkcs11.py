"""The seal's key in a hardware security module, smart card or USB token, through its PKCS#11 module.

python-pkcs11 (extra ``pkcs11``) is imported at first use: it is maintained, typed, and has wheels without a compiler.
It initialises modules for use by one thread (``C_Initialize`` without locking, PKCS#11 section 5.4), so calls of one
module take turns here, for all signers of the process: SoftHSM2 fails without that.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from mimis_core import ConfigurationError, MimisError, TemporaryError
from mimis_seals.keys.chains import Chain, certified, proves, read_pem
from mimis_seals.keys.signers import SealSigner
from mimis_seals.settings import Pkcs11Settings

T = TypeVar("T")

_turns: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
"""One for each module, as long as the program runs."""

_refused: dict[tuple[str, str], bytes] = {}
"""Digests of PINs that a token refused, by module and token, as long as the program runs: never tried again."""


class Pkcs11Signer(SealSigner[Pkcs11Settings]):
    """Signs with a key that never leaves its device."""

    kind = "pkcs11"
    proven = "real system: SoftHSM 2 through its PKCS#11 library"
    Settings = Pkcs11Settings

    def __init__(self, name: str, settings: Pkcs11Settings, **options: Any) -> None:
        super().__init__(name, settings, **options)
        self._session: Any = None

    @property
    def where(self) -> str:
        """The token, by its label."""
        return f"token {self.settings.label}"

    def close(self) -> None:
        """Close the session."""
        with _turns[self.settings.module]:
            session, self._session = self._session, None
            if session is not None:
                _quietly(session.close)

    def _open(self) -> Chain:
        if self.settings.file is not None:
            first, *rest = read_pem(Path(self.settings.file))
            return certified(first, rest, self.where)
        key_id, found = self._with_key(lambda session, key: (bytes(key.id), _certificates(session)))
        own = next((der for one, der in found if one == key_id), None)
        if own is None:
            raise ConfigurationError(
                f"{self.where}: the token holds no certificate with the id of the key.",
                mend="Write the seal's certificates into a PEM file, and its path as [signer] file.",
            )
        return certified(own, [der for _, der in found if der != own], self.where)

    def _sign(self, data: bytes) -> bytes:
        chain = self._chain
        signature = self._with_key(lambda session, key: self._signature(key, data, chain.algorithm))
        if not proves(chain.certificate.public_key, chain.algorithm, signature, data):
            raise ConfigurationError(
                f"{self.where}: what its key signs does not fit the seal's certificate.",
                mend="Correct [signer] object_label, object_id or file: key and certificate belong together.",
            )
        return signature

    def _signature(self, key: Any, data: bytes, algorithm: str) -> bytes:
        mechanism = _library().Mechanism
        if algorithm == "RS256":
            return bytes(key.sign(data, mechanism=mechanism.SHA256_RSA_PKCS))
        # Not every device hashes for ECDSA; its signature has JOSE's form already (PKCS#11, section 6.3.12).
        return bytes(key.sign(hashlib.sha256(data).digest(), mechanism=mechanism.ECDSA))

    def _with_key(self, work: Callable[[Any, Any], T]) -> T:
        """Do something with the key.

        Where it is not seen, the login may be gone: it ends for the whole process when one session logs out. A session
        that failed is dropped, so that the next question starts anew.
        """
        library = _library()
        with _turns[self.settings.module]:
            try:
                key = self._key(last=False)
                if key is None:
                    self.close()
                    key = self._key(last=True)
                return work(self._session, key)
            except library.PKCS11Error as error:
                self.close()
                raise self._away(error) from None

    def _key(self, *, last: bool) -> Any:
        """The private key; None where it is not seen and this was not the last look."""
        if self._session is None:
            self._session = self._logged_in(self._token())
        # All are taken: a search that is left half done is ended later, when its session may be closed.
        found = list(self._session.get_objects(self._wanted()))
        if len(found) == 1 or not (found or last):
            return found[0] if found else None
        raise ConfigurationError(
            f"{self.where}: there {'are several keys' if found else 'is no such key'}.",
            mend="Say which one, with [signer] object_label or object_id.",
        )

    def _wanted(self) -> dict[Any, Any]:
        library, settings = _library(), self.settings
        wanted = {library.Attribute.CLASS: library.ObjectClass.PRIVATE_KEY}
        if settings.object_label is not None:
            wanted[library.Attribute.LABEL] = settings.object_label
        if settings.object_id is not None:
            wanted[library.Attribute.ID] = bytes.fromhex(settings.object_id)
        return wanted

    def _token(self) -> Any:
        library = _library()
        try:
            module = library.lib(self.settings.module)
        except library.PKCS11Error as error:
            raise ConfigurationError(
                f"{self.settings.module}: the PKCS#11 module cannot be loaded ({type(error).__name__}).",
                mend="Correct [signer] module; the device's manual says where its module is.",
            ) from None
        try:
            return module.get_token(token_label=self.settings.label)
        except library.NoSuchToken:
            raise TemporaryError(
                f"{self.where}: no device holds such a token now.",
                mend="Plug the device in, or correct [signer] label; mimis tries again.",
            ) from None
        except library.MultipleTokensReturned:
            raise ConfigurationError(
                f"{self.where}: several devices hold a token of this label.",
                mend="Give the token a label of its own with the device's tool, or unplug the others.",
            ) from None

    def _logged_in(self, token: Any) -> Any:
        """A session that is logged in. A PIN is tried once, and never where it would be the last."""
        library = _library()
        place, pin = (self.settings.module, self.settings.label), self.settings.pin.get_secret_value()
        digest = hashlib.sha256(pin.encode()).digest()
        if _refused.get(place) == digest:
            raise self._wrong_pin()
        flags = library.TokenFlag
        if token.flags & (flags.USER_PIN_FINAL_TRY | flags.USER_PIN_LOCKED):
            raise ConfigurationError(
                f"{self.where}: after wrong PINs the token is locked, or one try is left; mimis does not take it.",
                mend="Log in once with the device's own tool, or let its officer set the PIN anew.",
            )
        try:
            return token.open(user_pin=pin)
        except library.UserAlreadyLoggedIn:
            return token.open()
        except (library.PinIncorrect, library.PinInvalid, library.PinLenRange, library.PinLocked, library.PinExpired):
            _refused[place] = digest
            raise self._wrong_pin() from None

    def _wrong_pin(self) -> ConfigurationError:
        return ConfigurationError(
            f"{self.where}: the token does not accept the PIN; mimis does not try it again, so that it is not locked.",
            mend="Correct [signer] pin and start mimis anew.",
        )

    def _away(self, error: Exception) -> MimisError:
        return TemporaryError(
            f"{self.where}: the device does not answer ({type(error).__name__}).",
            mend="Look whether it is plugged in and its service runs; mimis tries again.",
        )


def _library() -> ModuleType:
    try:
        import pkcs11
    except ImportError:
        raise ConfigurationError(
            "Keys in hardware need a library that is not installed.", mend="Install it: pip install 'mimis[pkcs11]'"
        ) from None
    return pkcs11


def _certificates(session: Any) -> list[tuple[bytes, bytes]]:
    library = _library()
    wanted = {library.Attribute.CLASS: library.ObjectClass.CERTIFICATE}
    names = (library.Attribute.ID, library.Attribute.VALUE)
    return [(bytes(one[names[0]]), bytes(one[names[1]])) for one in session.get_objects(wanted)]


def _quietly(close: Callable[[], None]) -> None:
    """Close what may be gone already: that its device left is no fault of who closes."""
    try:
        close()
    except _library().PKCS11Error:
        return
