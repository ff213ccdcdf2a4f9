"""A stand-in of the EU's trusted lists: a list of lists and national lists, signed as XAdES, on loopback.

As the real ones are: times without fractions, names in several languages, services of other kinds and withdrawn ones
between, pointers to PDF versions, and a list of lists that points to itself.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.xades.xades import XAdESSigner

from mimis_core.testing import Answer, Request, Sandbox
from mimis_seals.keys.certificates import utc_now
from mimis_seals.lists.parsing import FOR_SEALS, MEDIA_TYPE, NAMESPACES, SERVICES, STATUS

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 9))
    + ']><TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#">&a8;</TrustServiceStatusList>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    '<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#">&a;</TrustServiceStatusList>'
)


@dataclass(frozen=True)
class ListedService:
    """A service as a national list names it; ``history`` is (status, since, for seals), newest first."""

    certificate: bytes
    kind: str = "CA/QC"
    name: str = "Sandbox certificates for seals"
    history: tuple[tuple[str, datetime, bool], ...] = ()


@dataclass
class ListedCountry:
    """One national list; what a test changes shows in the next answer."""

    territory: str
    services: list[ListedService] = field(default_factory=list)
    sequence: int = 7
    valid_days: int = 120
    fault: str = ""


class TrustListSandbox(Sandbox):
    """The EU's publisher and those of the countries.

    ``fault`` of a country, or ``lotl_fault``, is one of ``signer`` (another key signs), ``tampered`` (changed after
    signing), ``bomb`` and ``outside`` (hostile entities), ``away``, ``unsigned`` and ``territory`` (another country's).
    """

    name = "trustlists"

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self.now = now
        self.countries = {code: ListedCountry(code) for code in ("SE", "FI")}
        self.lotl_fault = ""
        self.lotl_sequence = 300
        self.lotl_valid_days = 120

    @property
    def lotl_url(self) -> str:
        """Address for ``[trust] lotl``."""
        return f"{self.url}/eu-lotl.xml"

    @property
    def signer_pem(self) -> str:
        """Text of a file for ``[trust] lotl_certificates``."""
        return _signer("EU")[1].public_bytes(Encoding.PEM).decode()

    def settings(self) -> dict[str, Any]:
        """What ``[trust]`` says beside the folder and the pinned certificate."""
        return {"lotl": self.lotl_url}

    def grant(self, territory: str, certificate: bytes, kind: str = "CA/QC") -> None:
        """List a service as granted for a year already."""
        since = self.now() - timedelta(days=365)
        entry = ListedService(certificate, kind, history=(("granted", since, True),))
        self.countries[territory].services.append(entry)

    def handle(self, request: Request) -> Answer:
        """The list of lists, and ``/XX.xml`` for each country."""
        if request.path == "/eu-lotl.xml":
            return self._answer(self._lotl(), "EU", self.lotl_fault)
        country = self.countries.get(request.path.strip("/").removesuffix(".xml"))
        if country is None:
            return Answer(404, b"", "text/plain")
        shown = "NO" if country.fault == "territory" else country.territory
        root = self._head(shown, country.sequence, country.valid_days)
        providers = etree.SubElement(root, _t("TrustServiceProviderList"))
        _provider(providers, country.services)
        return self._answer(root, country.territory, country.fault)

    def _answer(self, root: etree._Element, signer: str, fault: str) -> Answer:
        if fault == "away":
            return Answer(503, b"", "text/plain")
        if fault in ("bomb", "outside"):
            return Answer(200, (BOMB if fault == "bomb" else OUTSIDE).encode(), MEDIA_TYPE)
        if fault != "unsigned":
            root = _sign(root, "stranger" if fault == "signer" else signer)
        body = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        if fault == "tampered":
            body = body.replace(b"<SchemeTerritory>", b"<SchemeTerritory> ", 1)
        return Answer(200, body, MEDIA_TYPE)

    def _head(self, territory: str, sequence: int, days: int) -> etree._Element:
        root = etree.Element(_t("TrustServiceStatusList"), nsmap=_SHORT)
        root.set("Id", f"list-{territory}")
        head = etree.SubElement(root, _t("SchemeInformation"))
        _add(head, "TSLSequenceNumber", str(sequence))
        _add(head, "SchemeTerritory", territory)
        _add(head, "ListIssueDateTime", _time(self.now() - timedelta(days=2)))
        _add(etree.SubElement(head, _t("NextUpdate")), "dateTime", _time(self.now() + timedelta(days=days)))
        return root

    def _lotl(self) -> etree._Element:
        root = self._head("EU", self.lotl_sequence, self.lotl_valid_days)
        pointers = etree.SubElement(root[0], _t("PointersToOtherTSL"))
        _pointer(pointers, "EU", self.lotl_url, MEDIA_TYPE)
        for code in self.countries:
            _pointer(pointers, code, f"{self.url}/{code}.xml", MEDIA_TYPE)
            _pointer(pointers, code, f"{self.url}/{code}.pdf", "application/pdf")
        return root


_SHORT = cast("dict[str, str]", {None: NAMESPACES["t"], "x": NAMESPACES["x"]})
"""Prefixes; lxml takes None for the namespace without one, which its annotations do not know."""


@lru_cache(maxsize=8)
def _signer(role: str) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A key and certificate of one who signs lists: made once in a process."""
    key = rsa.generate_private_key(65537, 2048)
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sandbox list operator {role}")])
    start = utc_now() - timedelta(days=400)
    builder = x509.CertificateBuilder(title, title, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(start).not_valid_after(start + timedelta(days=4000))
    return key, dated.sign(key, hashes.SHA256())


def _sign(root: etree._Element, role: str) -> etree._Element:
    key, certificate = _signer(role)
    return XAdESSigner().sign(root, key=key, cert=[certificate])


def _provider(parent: etree._Element, services: Sequence[ListedService]) -> None:
    provider = etree.SubElement(parent, _t("TrustServiceProvider"))
    information = etree.SubElement(provider, _t("TSPInformation"))
    _names(information, "TSPName", "Sandbox Trust AB")
    listed = etree.SubElement(provider, _t("TSPServices"))
    for service in services:
        entry = etree.SubElement(listed, _t("TSPService"))
        newest, *older = service.history
        _instance(etree.SubElement(entry, _t("ServiceInformation")), service, newest)
        history = etree.SubElement(entry, _t("ServiceHistory"))
        for period in older:
            _instance(etree.SubElement(history, _t("ServiceHistoryInstance")), service, period)


def _instance(entry: etree._Element, service: ListedService, period: tuple[str, datetime, bool]) -> None:
    status, since, seals = period
    _add(entry, "ServiceTypeIdentifier", f"{SERVICES}{service.kind}")
    _names(entry, "ServiceName", service.name)
    identity = etree.SubElement(entry, _t("ServiceDigitalIdentity"))
    digital = etree.SubElement(identity, _t("DigitalId"))
    _add(digital, "X509Certificate", b64encode(service.certificate).decode())
    _add(entry, "ServiceStatus", f"{STATUS}{status}")
    _add(entry, "StatusStartingTime", _time(since))
    if seals:
        extension = etree.SubElement(etree.SubElement(entry, _t("ServiceInformationExtensions")), _t("Extension"))
        extension.set("Critical", "true")
        _add(etree.SubElement(extension, _t("AdditionalServiceInformation")), "URI", FOR_SEALS)


def _pointer(parent: etree._Element, territory: str, address: str, media_type: str) -> None:
    pointer = etree.SubElement(parent, _t("OtherTSLPointer"))
    identities = etree.SubElement(pointer, _t("ServiceDigitalIdentities"))
    digital = etree.SubElement(etree.SubElement(identities, _t("ServiceDigitalIdentity")), _t("DigitalId"))
    _add(digital, "X509Certificate", b64encode(_signer(territory)[1].public_bytes(Encoding.DER)).decode())
    _add(pointer, "TSLLocation", address)
    described = etree.SubElement(pointer, _t("AdditionalInformation"))
    _add(etree.SubElement(described, _t("OtherInformation")), "SchemeTerritory", territory)
    other = etree.SubElement(described, _t("OtherInformation"))
    etree.SubElement(other, f"{{{NAMESPACES['x']}}}MimeType").text = media_type


def _names(parent: etree._Element, tag: str, text: str) -> None:
    holder = etree.SubElement(parent, _t(tag))
    for language, words in (("sv", f"{text} (sv)"), ("en", text)):
        _add(holder, "Name", words).set("{http://www.w3.org/XML/1998/namespace}lang", language)


def _add(parent: etree._Element, tag: str, text: str) -> etree._Element:
    element = etree.SubElement(parent, _t(tag))
    element.text = text
    return element


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _t(tag: str) -> str:
    return f"{{{NAMESPACES['t']}}}{tag}"
