"""Signatures over manifests and notes of withdrawal: Ed25519, made with a key that lies outside the home.

The key is a file as `openssl genpkey -algorithm ed25519` writes it (PEM, without a passphrase), named by
`ZHENGXIN_SIGNING_KEY`. The signature of FILE lies beside it as FILE.sig: 64 bytes, which anybody checks with the
published key and `openssl pkeyutl -verify -pubin -inkey KEY -rawin -in FILE -sigfile FILE.sig`.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.release.files import PUBLIC_FILE, write_file
from orchestration.wording import Wording

KEY_VARIABLE = "ZHENGXIN_SIGNING_KEY"
SUFFIX = ".sig"


def signing_key(home: Home) -> Ed25519PrivateKey | None:
    """The key that this process signs with, None where none is named. Raises `UsageError` for an unusable one."""
    named = os.environ.get(KEY_VARIABLE, "").strip()
    if not named:
        return None
    path = Path(named).expanduser().resolve()
    if path.is_relative_to(home.root):
        raise UsageError(
            Wording(
                f"{KEY_VARIABLE} 指向 {path},它位于主目录中:能写入那里的人也能签名。",
                f"{KEY_VARIABLE} names {path}, which lies in the home: who can write there could sign too.",
            )
        )
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(
            Wording(
                f"{path}({KEY_VARIABLE})不是无口令的密钥:{error}。openssl genpkey -algorithm ed25519 可生成。",
                f"{path} ({KEY_VARIABLE}) is no key without a passphrase: {error}. "
                "openssl genpkey -algorithm ed25519 makes one.",
            )
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(
            Wording(
                f"{path}({KEY_VARIABLE})不是 Ed25519 密钥:openssl genpkey -algorithm ed25519 可生成。",
                f"{path} ({KEY_VARIABLE}) is no Ed25519 key: openssl genpkey -algorithm ed25519 makes one.",
            )
        )
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The published key in a file (PEM). Raises `UsageError` where it is none."""
    try:
        key = load_pem_public_key(path.expanduser().read_bytes())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(
            Wording(f"{path} 不是 PEM 格式的公钥:{error}。", f"{path} is no public key in PEM: {error}.")
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(Wording(f"{path} 不是 Ed25519 密钥。", f"{path} is no Ed25519 key."))
    return key


def key_id(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """SHA-256 of the public key (its DER form): by which a manifest names who signs it."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def signature_path(signed: Path) -> Path:
    return signed.with_name(signed.name + SUFFIX)


def write_signature(path: Path, content: bytes, key: Ed25519PrivateKey) -> None:
    """Put the signature of `content` where that of the file at `path`, which holds it or will hold it, lies."""
    write_file(signature_path(path), key.sign(content), PUBLIC_FILE)


def is_signed_by(path: Path, key: Ed25519PublicKey) -> bool:
    """Whether the signature beside the file is one of `key` over its bytes."""
    try:
        key.verify(signature_path(path).read_bytes(), path.read_bytes())
    except (InvalidSignature, OSError):
        return False
    return True
