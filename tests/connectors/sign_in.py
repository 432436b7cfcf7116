"""A sign-in service on loopback: what Entra ID answers whoever signs in, over TLS with a certificate of its own.

Answers after learn.microsoft.com/entra/identity-platform: v2-oauth2-client-creds-grant-flow (shared secret and
certificate), certificate-credentials (the assertion's header and claims), v2-oauth2-device-code; and for managed
identities learn.microsoft.com/azure/app-service/overview-managed-identity and
entra/identity/managed-identities-azure-resources/how-to-use-vm-token. Read 2026-11-26.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from discovery.connectors.entra_sign_in import LocalService
from tests.connectors.server import Answer, Asked, Server

TENANT = "6f1a3c52-8a0e-4d5b-9b77-2f4e8c1d9a30"
CLIENT = "0d9f1c52-4b5e-4f0a-8a77-1f4e8c1d9a31"


def certificate(folder: Path, name: str, password: bytes | None = None) -> Path:
    """Write a key and a certificate signed with it, for 127.0.0.1, as one .pem."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class SignInService:
    """Gives `token` to whom it knows, by secret or certificate. `pending`: times that a code is not typed yet."""

    def __init__(self, folder: Path, token: str, known: Path | None = None, secret: str = "") -> None:
        self.token, self.secret, self.pending = token, secret, 1
        self.known = x509.load_pem_x509_certificate(known.read_bytes()) if known else None
        self.ca = certificate(folder, "sign-in-service")
        self.server = Server(self.rule, tls=self.ca)
        self.url = self.server.url
        self.local = LocalService(self.url, self.ca)

    def rule(self, asked: Asked) -> Answer | None:
        own = f"{self.url}/{TENANT}"
        if asked.path.endswith("/.well-known/openid-configuration"):
            return Answer(200, {
                "token_endpoint": f"{own}/oauth2/v2.0/token", "authorization_endpoint": f"{own}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{own}/oauth2/v2.0/devicecode", "issuer": f"{own}/v2.0",
            })  # fmt: skip
        if asked.path.endswith("/devicecode"):
            return Answer(200, {
                "device_code": "d", "user_code": "ABCD-EFGH", "verification_uri": "https://microsoft.com/devicelogin",
                "expires_in": 60, "interval": 0, "message": "To sign in …",
            })  # fmt: skip
        if asked.path != f"/{TENANT}/oauth2/v2.0/token":
            return None
        if asked.body["client_id"] != CLIENT:
            return refused("unauthorized_client", "AADSTS700016: no such application in this directory")
        if asked.body["grant_type"] == "client_credentials":
            wrong = self._wrong(asked.body)
            return refused("invalid_client", wrong) if wrong else Answer(200, self._given())
        if self.pending:
            self.pending -= 1
            return refused("authorization_pending", "AADSTS70016: the code is not typed yet")
        about = base64.urlsafe_b64encode(json.dumps({"uid": "u", "utid": TENANT}).encode()).decode()
        who = {"iss": f"{own}/v2.0", "aud": CLIENT, "sub": "u", "tid": TENANT, "preferred_username": "kim@example.com",
               "exp": int(time.time()) + 600, "iat": int(time.time())}  # fmt: skip
        token = jwt.encode(who, "x" * 32, algorithm="HS256")
        return Answer(
            200,
            {**self._given(), "client_info": about, "scope": asked.body.get("scope", ""), "id_token": token},
        )

    def _given(self) -> dict[str, Any]:
        return {"token_type": "Bearer", "expires_in": 3599, "access_token": self.token}

    def _wrong(self, asked: dict[str, str]) -> str:
        if "client_assertion" not in asked:
            is_right = bool(self.secret) and asked.get("client_secret") == self.secret
            return "" if is_right else "AADSTS7000215: Invalid client secret provided."
        if self.known is None:
            return "AADSTS700027: Client assertion contains an invalid signature."
        try:
            said = jwt.decode(
                asked["client_assertion"], self.known.public_key(), algorithms=["PS256", "RS256"],  # type: ignore[arg-type]
                audience=f"{self.url}/{TENANT}/oauth2/v2.0/token",
            )  # fmt: skip
        except jwt.InvalidTokenError as error:
            return f"AADSTS700027: Client assertion contains an invalid signature. [{type(error).__name__}]"
        head = jwt.get_unverified_header(asked["client_assertion"])
        prints = {name: base64.urlsafe_b64encode(self.known.fingerprint(kind)).decode().rstrip("=")
                  for name, kind in (("x5t", hashes.SHA1()), ("x5t#S256", hashes.SHA256()))}  # fmt: skip
        if not any(head.get(name, "").rstrip("=") == value for name, value in prints.items()):
            return "AADSTS700027: The key was not found."
        is_its = said["iss"] == said["sub"] == CLIENT and said["exp"] > time.time()
        return "" if is_its else "AADSTS700023: Client assertion audience or issuer is wrong."


def refused(code: str, words: str) -> Answer:
    status = 401 if code == "invalid_client" else 400
    return Answer(status, {"error": code, "error_description": words})
