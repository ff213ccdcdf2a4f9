"""What recruiters read, in Swedish and English: whole sentences, none built from parts."""

from __future__ import annotations

REASONS = {
    "no-email": "Delningen säger inte vilken ansökan den hör till. Välj kandidat själv. / "
    "The share does not say which application it belongs to. Choose the candidate yourself.",
    "no-candidate": "Rekryteringssystemet har ingen kandidat med den adressen. Ingen har lagts till. / "
    "The recruitment system has no candidate with that address. Nobody was added.",
    "candidate-gone": "Kandidaten finns inte längre i rekryteringssystemet. Det som mimis skrev försvann samtidigt. / "
    "The candidate is no longer in the recruitment system. What mimis had written went with her.",
    "no-system": "Inget system är inställt för det som delningen gäller. Inget är skrivet någonstans. / "
    "No system is set up for what the share is for. Nothing was written anywhere.",
    "several": "Rekryteringssystemet har flera kandidater med den adressen. Välj själv. / "
    "The recruitment system has several candidates with that address. Choose yourself.",
    "no-link": "Filen har ingen delning att peka på. Lägg den själv vid rätt kandidat. / "
    "The file has no share to point to. Attach it to the right candidate yourself.",
    "anonymous": "Delningen är utan namn. Vill ni veta vem det är, fråga på delningens sida. / "
    "The share is without a name. To know who it is, ask on the page of the share.",
    "unknown": "Beviset går inte att kontrollera just nu. Det säger inget om beviset. / "
    "The credential cannot be checked right now. That says nothing about the credential.",
    "names": "Namnet på delningen och namnet i beviset är olika. Fråga personen. / "
    "The name on the share and the name in the credential differ. Ask the person.",
    "address": "Delningen ligger inte hos den som har utfärdat beviset. Kontrollera länken. / "
    "The share does not stand with the credential's issuer. Check the link.",
    "invalid": "Beviset stämmer inte och används inte. Fråga den som delade det. / "
    "The credential is not right and is not used. Ask whoever shared it.",
    "revoked": "Ett bevis är återkallat. / A credential has been revoked.",
    "suspended": "Ett bevis är tillfälligt stoppat. / A credential is stopped for now.",
    "superseded": "Ett bevis är ersatt av ett nyare. Be om det. / "
    "A credential has been replaced by a newer one. Ask for that one.",
    "expired": "Ett bevis har gått ut. / A credential has expired.",
    "empty": "Delningen innehåller inga bevis. / The share holds no credentials.",
    "withdrawn": "Delningen är tillbakatagen. / The share was taken back.",
    "ended": "Delningens tid är ute. / The share has ended.",
    "not-written": "Rekryteringssystemet tog inte emot uppgiften. mimis försöker igen nästa gång. / "
    "The recruitment system did not take the entry. mimis tries again next time.",
    "not-removed": "Uppgiften kunde inte tas bort ur rekryteringssystemet. mimis försöker igen. "
    "Ta bort den för hand om den står kvar. / The entry could not be removed from the recruitment system. "
    "mimis tries again. Remove it by hand if it is still there.",
}
"""Why a share stands where it stands."""

STANDING = {
    "revoked": "återkallat / revoked",
    "suspended": "tillfälligt stoppat / stopped for now",
    "superseded": "ersatt av ett nyare / replaced",
    "expired": "har gått ut / expired",
    "invalid": "stämmer inte / not right",
}
"""What stands beside an issuer in the ATS when a credential no longer holds."""

STATUS_LINE = "Länken visar alltid hur beviset står nu. / The link always shows how the credential stands now."
"""Ends what is written: a file or a note does not change by itself when a credential is revoked."""


def summary(valid: int, total: int) -> str:
    """The line that a recruiter sees on the candidate; within 150 characters."""
    if valid == total == 1:
        return "1 kontrollerad mikromerit / 1 verified micro-credential"
    if valid == total:
        return f"{total} kontrollerade mikromeriter / {total} verified micro-credentials"
    return f"{valid} av {total} mikromeriter gäller / {valid} of {total} micro-credentials hold"


TOLD_IN_ATS = {
    "key": "Anslutningen till mimis stämmer inte. Aktivera den igen. / "
    "The connection to mimis is not right. Activate it again.",
    "message": "mimis förstod inte frågan. / mimis did not understand the request.",
    "again": "Frågan är redan besvarad. Fråga en gång till. / The request was answered already. Ask once more.",
    "none": "Personen har inte delat några mikromeriter med er. / "
    "The person has not shared any micro-credentials with you.",
    "other": "Personens mikromeriter står redan på en annan kandidat. / "
    "The person's micro-credentials stand on another candidate already.",
    "not-now": "Det går inte just nu. Försök igen om en stund. / That does not work right now. Try again in a while.",
}
"""What a recruiter reads in her own system when she asks there and gets nothing."""
