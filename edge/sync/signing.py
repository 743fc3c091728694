"""Requests signed by the box's key, so that central knows who asks before it answers."""

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ECDSA_P256_SHA256
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from edge.errors import BadSeal
from edge.sync.seal import ALGORITHM, Signer, load_public

TAG = "qulaq-box"  # what these signatures are for
_COVERED = ("@method", "@path")
_ANYWHERE = "http://central"  # proxies may rename the host, so it is not signed
_NAMED = re.compile(r'keyid="(qb-[0-9a-f]{16})"')


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature that fits says.

    Attributes:
        created: when, by the clock of whoever signed.
        nonce: what central had given it to say; empty where it had none.
    """

    created: datetime
    nonce: str


@dataclass(frozen=True, slots=True)
class _Message:
    """A request in the shape the library reads."""

    method: str
    url: str
    headers: MutableMapping[str, str]


class _Verifier(HTTPMessageVerifier):
    # Whoever verifies has a clock of his own, and judges `created` by that.
    max_clock_skew = timedelta(days=366_000)


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, public_key: str) -> None:
        self._public_key = public_key

    def resolve_public_key(self, key_id: str) -> ec.EllipticCurvePublicKey:
        return load_public(self._public_key)


def sign(
    method: str,
    path: str,
    body: bytes,
    *,
    device: str,
    key: Signer,
    created: datetime,
    nonce: str = "",
) -> dict[str, str]:
    """The headers that sign a request: its method, its path and all of its body.

    Args:
        method: upper case.
        path: as it is asked for.
        body: as it travels.
        device: who signs.
        key: of that box.
        created: by the box's clock.
        nonce: what central gave; empty where it gave nothing.

    Raises:
        KeyOutOfReach: a chip keeps the key, and gives no signature.

    Source:
        RFC 9421, "HTTP Message Signatures"; RFC 9530, "Digest Fields".
    """
    headers: dict[str, str] = {}
    message = _Message(method, _ANYWHERE + path, headers)
    signer = HTTPMessageSigner(signature_algorithm=ECDSA_P256_SHA256)
    prepared = signer.prepare(
        message,
        key_id=device,
        created=created,
        nonce=nonce or None,
        label="box",
        tag=TAG,
        covered_component_ids=_COVERED,
        body=body,
    )
    der = key.sign(prepared.signature_base, ALGORITHM)
    signer.apply(message, prepared, ECDSA_P256_SHA256.signature_from_der(der))
    return headers


def named(headers: Mapping[str, str]) -> str:
    """Who says to have signed a request; empty where nobody does."""
    found = _NAMED.search(headers.get("signature-input", ""))
    return found.group(1) if found else ""


def verify(
    method: str, path: str, body: bytes, headers: Mapping[str, str], *, public_key: str
) -> Signed:
    """See that a request was signed, whole, by the private half of a key.

    Args:
        method: upper case.
        path: as it was asked for.
        body: as it travelled.
        headers: names in lower case.
        public_key: PEM.

    Raises:
        BadSeal: not signed by that key, or not all of it, or altered since.
    """
    message = _Message(method, _ANYWHERE + path, dict(headers))
    verifier = _Verifier(signature_algorithm=ECDSA_P256_SHA256, key_resolver=_OneKey(public_key))
    try:
        (found,) = verifier.verify(
            message,
            max_age=None,
            expect_tag=TAG,
            require_components=(*_COVERED, "content-digest"),
            body=body,
        )
    except (HTTPMessageSignaturesException, ValueError) as e:
        raise BadSeal(f"the signature of {method} {path} does not fit: {e}") from e
    created = datetime.fromtimestamp(int(found.parameters["created"]), UTC)
    return Signed(created, str(found.parameters.get("nonce", "")))
