"""An authority of our own, and certificates that it signed, rightly and wrongly."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.servers.program import needed

if TYPE_CHECKING:
    from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """`good` is valid for localhost and 127.0.0.1; the others fail for one reason each."""

    ca: Path
    good: Pair
    other_name: Pair
    expired: Pair
    stranger: Pair


def make(folder: Path) -> Certificates:
    """All certificates of a test run, valid for two days."""
    openssl = needed("openssl")
    folder.mkdir(parents=True, exist_ok=True)
    authority = _authority(openssl, folder, "ca")
    other = _authority(openssl, folder, "other-ca")
    local = "DNS:localhost,IP:127.0.0.1"
    return Certificates(
        ca=authority.certificate,
        good=_signed(openssl, folder, "good", authority, local),
        other_name=_signed(openssl, folder, "other-name", authority, "DNS:other.test"),
        expired=_signed(openssl, folder, "expired", authority, local, days=-1),
        stranger=_signed(openssl, folder, "stranger", other, local),
    )


def _authority(openssl: str, folder: Path, name: str) -> Pair:
    pair = Pair(certificate=folder / f"{name}.pem", key=folder / f"{name}.key")
    _run(
        [
            openssl,
            "req",
            "-x509",
            *_KEY,
            "-days",
            "2",
            "-subj",
            f"/CN=omnidesk test {name}",
            "-keyout",
            str(pair.key),
            "-out",
            str(pair.certificate),
            "-addext",
            "basicConstraints=critical,CA:TRUE",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
        ]
    )
    return pair


def _signed(
    openssl: str, folder: Path, name: str, authority: Pair, names: str, *, days: int = 2
) -> Pair:
    pair = Pair(certificate=folder / f"{name}.pem", key=folder / f"{name}.key")
    request = folder / f"{name}.csr"
    extensions = folder / f"{name}.ext"
    extensions.write_text(
        f"subjectAltName={names}\nbasicConstraints=critical,CA:FALSE\n"
        "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
    )
    _run(
        [
            openssl,
            "req",
            "-new",
            *_KEY,
            "-subj",
            f"/CN=omnidesk test {name}",
            "-keyout",
            str(pair.key),
            "-out",
            str(request),
        ]
    )
    _run(
        [
            openssl,
            "x509",
            "-req",
            "-in",
            str(request),
            "-out",
            str(pair.certificate),
            "-CA",
            str(authority.certificate),
            "-CAkey",
            str(authority.key),
            "-CAcreateserial",
            "-days",
            str(days),
            "-extfile",
            str(extensions),
        ]
    )
    pair.key.chmod(0o644)
    return pair


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=20)
