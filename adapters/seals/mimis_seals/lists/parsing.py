"""Reads trusted lists (ETSI TS 119 612): checks the XAdES signature, and takes out what verification needs.

XML from elsewhere: no entities, no network, bounded size. Only what the signature covers is read.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from mimis_seals.keys.certificates import DAMAGE
from mimis_seals.lists.copy import Kind, Period, Service, TrustedList, name_key

LARGEST_LIST = 30_000_000
"""Bytes of one list; the largest national ones have several megabytes."""

NAMESPACES = {
    "t": "http://uri.etsi.org/02231/v2#",
    "x": "http://uri.etsi.org/02231/v2/additionaltypes#",
    "e": "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#",
    "d": "http://www.w3.org/2000/09/xmldsig#",
}
SERVICES = "http://uri.etsi.org/TrstSvc/Svctype/"
KINDS: dict[str, Kind] = {f"{SERVICES}CA/QC": "seal", f"{SERVICES}TSA/QTST": "timestamp"}
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
GRANTED = frozenset(STATUS + name for name in ("granted", "undersupervision", "accredited", "supervisionincessation"))
"""Statuses under which a service's certificates count: today's, and those before 1 July 2016 (TS 119 612 5.5.4)."""

FOR_SEALS = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSeals"
QUALIFIED_FOR_SEALS = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCForESeal"
MEDIA_TYPE = "application/vnd.etsi.tsl+xml"


class ListError(ValueError):
    """The list cannot be used; the text is a sentence for people."""


@dataclass(frozen=True)
class Pointer:
    """Where a country's list is, and the certificates one of which must have signed it."""

    territory: str
    address: str
    signers: tuple[bytes, ...]


def read_signed(content: bytes, signers: Sequence[bytes]) -> etree._Element:
    """The list as its signature covers it. ``signers`` are the certificates (DER) that may have signed it.

    Raises ListError when the XML is hostile or damaged, the signature does not hold, or another signed it.
    """
    root = _parse(content)
    signer = _signer(root, signers)
    certificate = x509.load_der_x509_certificate(signer)
    # Lists differ in how many more parts they sign; that the whole list is among them is checked below.
    rules = XAdESSignatureConfiguration(expect_references=True, location="./")
    try:
        results = XAdESVerifier().verify(root, x509_cert=certificate, expect_config=rules)
    except (SignXMLException, InvalidSignature, etree.LxmlError, *DAMAGE, KeyError, AttributeError):
        raise ListError("its signature does not hold") from None
    covered = [one.signed_xml for one in (results if isinstance(results, list) else [results])]
    whole = next((one for one in covered if one is not None and one.tag == _tag("TrustServiceStatusList")), None)
    if whole is None:
        raise ListError("its signature does not cover the whole list")
    return whole


def read_list(root: etree._Element, fetched: datetime) -> TrustedList:
    """What a national list, or the list of lists, says. Raises ListError when a mandatory part is missing."""
    head = _one(root, "t:SchemeInformation")
    territory = _text(head, "t:SchemeTerritory")
    update = head.findtext("t:NextUpdate/t:dateTime", namespaces=NAMESPACES)
    return TrustedList(
        territory=territory,
        sequence=_number(_text(head, "t:TSLSequenceNumber")),
        issued=_moment(_text(head, "t:ListIssueDateTime")),
        next_update=_moment(update) if update else None,
        fetched=fetched,
        services=tuple(_services(root, territory)),
    )


def read_pointers(root: etree._Element) -> tuple[Pointer, ...]:
    """The national lists that the list of lists points to, in XML; its pointer to itself is left out."""
    found = []
    for pointer in root.iterfind(".//t:PointersToOtherTSL/t:OtherTSLPointer", NAMESPACES):
        territory = _described(pointer, "t:SchemeTerritory")
        if _described(pointer, "x:MimeType") != MEDIA_TYPE or territory in ("", "EU"):
            continue
        certificates = pointer.iterfind(".//t:ServiceDigitalIdentity/t:DigitalId/t:X509Certificate", NAMESPACES)
        signers = tuple(_base64(one.text) for one in certificates)
        found.append(Pointer(territory, _text(pointer, "t:TSLLocation"), signers))
    return tuple(found)


def _parse(content: bytes) -> etree._Element:
    if len(content) > LARGEST_LIST:
        raise ListError("it is far larger than a trusted list")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise ListError("it is not XML that can be read") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ListError("it has a document type, which no trusted list has")
    if root.tag != _tag("TrustServiceStatusList"):
        raise ListError("it is no trusted list")
    return root


def _signer(root: etree._Element, signers: Sequence[bytes]) -> bytes:
    named = root.iterfind("d:Signature/d:KeyInfo/d:X509Data/d:X509Certificate", NAMESPACES)
    carried = [_base64(one.text) for one in named]
    found = next((der for der in carried if der in signers), None)
    if found is None:
        raise ListError("it was not signed by one of those who may sign it")
    return found


def _services(root: etree._Element, territory: str) -> Iterator[Service]:
    for provider in root.iterfind("t:TrustServiceProviderList/t:TrustServiceProvider", NAMESPACES):
        title = _english(provider, "t:TSPInformation/t:TSPName/t:Name")
        for service in provider.iterfind("t:TSPServices/t:TSPService", NAMESPACES):
            information = _one(service, "t:ServiceInformation")
            kind = KINDS.get(_text(information, "t:ServiceTypeIdentifier"))
            certificates = tuple(_certificates(information))
            if kind is None or not certificates:
                continue
            older = service.iterfind("t:ServiceHistory/t:ServiceHistoryInstance", NAMESPACES)
            periods = [_period(one, kind) for one in (information, *older)]
            yield Service(
                kind=kind,
                territory=territory,
                provider=title,
                name=_english(information, "t:ServiceName/t:Name"),
                certificates=certificates,
                subjects=tuple(dict.fromkeys(name_key(asn1.Certificate.load(der).subject) for der in certificates)),
                history=tuple(sorted(periods, key=lambda period: period.since, reverse=True)),
            )


def _certificates(information: etree._Element) -> Iterator[bytes]:
    """The service's certificates; one that cannot be read is passed over, the list is not lost for it."""
    for one in information.iterfind("t:ServiceDigitalIdentity/t:DigitalId/t:X509Certificate", NAMESPACES):
        der = _base64(one.text)
        try:
            x509.load_der_x509_certificate(der).public_key()
            asn1.Certificate.load(der, strict=True).native  # noqa: B018  # asn1crypto reads lazily
        except (*DAMAGE, KeyError):
            continue
        yield der


def _period(information: etree._Element, kind: Kind) -> Period:
    extensions = information.find("t:ServiceInformationExtensions", NAMESPACES)
    uris = set() if extensions is None else {one.text for one in extensions.iterfind(".//t:URI", NAMESPACES)}
    qualifiers = [] if extensions is None else extensions.iterfind(".//e:Qualifier", NAMESPACES)
    seals = FOR_SEALS in uris or any(one.get("uri") == QUALIFIED_FOR_SEALS for one in qualifiers)
    return Period(
        since=_moment(_text(information, "t:StatusStartingTime")),
        granted=_text(information, "t:ServiceStatus") in GRANTED,
        fit=kind == "timestamp" or seals,
    )


def _described(pointer: etree._Element, path: str) -> str:
    found = pointer.findtext(f".//t:AdditionalInformation/t:OtherInformation/{path}", namespaces=NAMESPACES)
    return (found or "").strip()


def _english(element: etree._Element, path: str) -> str:
    names = element.findall(path, NAMESPACES)
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    best = next((one for one in names if one.get(language) == "en"), names[0] if names else None)
    return (best.text or "").strip() if best is not None else ""


def _one(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path, NAMESPACES)
    if found is None:
        raise ListError(f"it lacks {path.removeprefix('t:')}")
    return found


def _text(element: etree._Element, path: str) -> str:
    text = (_one(element, path).text or "").strip()
    if not text:
        raise ListError(f"its {path.removeprefix('t:')} is empty")
    return text


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise ListError("its sequence number is no number")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ListError("one of its dates cannot be read") from None
    if moment.tzinfo is None:
        raise ListError("one of its dates lacks a time zone")
    return moment


def _base64(text: str | None) -> bytes:
    try:
        return b64decode("".join((text or "").split()), validate=True)
    except ValueError:
        raise ListError("a certificate in it is damaged") from None


def _tag(name: str) -> str:
    return f"{{{NAMESPACES['t']}}}{name}"
