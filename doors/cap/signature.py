"""Whether a message was signed by the key of a certificate."""

from pathlib import Path

from doors.cap.document import Alert


class Untrusted(Exception):
    """The pack names a certificate, and the message is not signed by its key; the message says how it fails."""


def state(alert: Alert, body: bytes, certificate: Path | None) -> str | None:
    """"unverified" for a signature that nobody can hold against a certificate, "verified" for one that fits; None without any.

    Raises: Untrusted.
    """
    if certificate is None:
        return "unverified" if alert.signed else None
    if not alert.signed:
        raise Untrusted("the message bears no signature, and the pack names the certificate of its sender")
    verify(alert, body, certificate)
    return "verified"


def verify(alert: Alert, body: bytes, certificate: Path) -> None:
    """Hold the signature against the certificate. Raises: Untrusted."""
    from signxml.verifier import XMLVerifier  # here: it takes a third of a second that only signed feeds need

    try:
        found = XMLVerifier().verify(body, x509_cert=certificate.read_text("ascii"), validate_schema=False)
    except OSError as error:
        raise Untrusted(f"the certificate {certificate.name} cannot be read: {error.strerror}") from error
    except Exception as error:      # of four libraries; whatever goes wrong, nothing is proven
        raise Untrusted(f"the signature does not fit the certificate {certificate.name}: {error}") from error
    signed = getattr(found, "signed_xml", None)
    told = None if signed is None else signed.findtext("{*}identifier")
    if told is None or " ".join(told.split()) != alert.identifier:
        raise Untrusted("the signature is of something else than the message")
