"""Certificates and tokens made for a test."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cryptography")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

HOUR = datetime.timedelta(hours=1)


@dataclass
class Authority:
    """Signs certificates for a folder."""

    folder: Path
    name: str

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        builder = self._builder(self.subject, self.key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.path = self.folder / f"{self.name}.pem"
        self.path.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def _builder(self, subject: x509.Name, public: Any) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.subject).public_key(public)
        return builder.serial_number(x509.random_serial_number()).not_valid_before(now - HOUR).not_valid_after(now + HOUR)

    def issue(self, name: str) -> tuple[Path, Path]:
        """Files of a certificate for this machine, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key.public_key())
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate = self.folder / f"{name}.cert.pem"
        certificate.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        private = self.folder / f"{name}.key.pem"
        private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return certificate, private


def encoded(content: bytes) -> str:
    """Base64 as JSON Web Tokens have it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Issuer:
    """Signs tokens: with P-256 (ES256) or RSA (RS256)."""

    def __init__(self, key_id: str, kind: str = "ES256") -> None:
        self.key_id, self.kind = key_id, kind
        self.key: Any = ec.generate_private_key(ec.SECP256R1()) if kind == "ES256" else rsa.generate_private_key(65537, 2048)

    def jwk(self) -> dict[str, str]:
        """The public key."""
        public = self.key.public_key().public_numbers()
        if self.kind == "ES256":
            numbers = {"kty": "EC", "crv": "P-256", "x": encoded(public.x.to_bytes(32, "big")), "y": encoded(public.y.to_bytes(32, "big"))}
        else:
            numbers = {"kty": "RSA", "n": encoded(public.n.to_bytes(256, "big")), "e": encoded(public.e.to_bytes(3, "big"))}
        return numbers | {"kid": self.key_id, "alg": self.kind, "use": "sig"}

    def token(self, *roles: str, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token of the test's issuer and audience for a minute, unless claims say otherwise; a claim of `None` is left out."""
        said = {"iss": "tests", "aud": "superbill", "sub": "t", "exp": int(time.time()) + 60, "roles": list(roles)} | claims
        head = {"alg": self.kind, "typ": "JWT", "kid": self.key_id} | (header or {})
        content = {name: value for name, value in said.items() if value is not None}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (head, content))
        if self.kind == "ES256":
            numbers = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
            signature = b"".join(number.to_bytes(32, "big") for number in numbers)
        else:
            from cryptography.hazmat.primitives.asymmetric import padding

            signature = self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{encoded(signature)}"


def key_set(path: Path, *issuers: Issuer) -> None:
    """Writes a JWK Set."""
    path.write_text(json.dumps({"keys": [issuer.jwk() for issuer in issuers]}), encoding="utf-8")
