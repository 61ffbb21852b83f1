"""Names of attached files that are safe to show and to save."""

from __future__ import annotations

import re

_LONGEST = 180
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_PATH = re.compile(r"[/\\]")
_DRIVE = re.compile(r"^[A-Za-z]:")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)")
_EXTENSIONS = {
    "application/gzip": "gz", "application/json": "json", "application/ms-tnef": "dat",
    "application/msword": "doc", "application/octet-stream": "bin", "application/pdf": "pdf",
    "application/pgp-encrypted": "asc", "application/pgp-signature": "asc",
    "application/pkcs7-mime": "p7m", "application/pkcs7-signature": "p7s",
    "application/rtf": "rtf", "application/vnd.ms-excel": "xls", "application/xml": "xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/x-pkcs7-mime": "p7m", "application/x-pkcs7-signature": "p7s",
    "application/zip": "zip", "audio/mpeg": "mp3", "audio/ogg": "ogg", "image/gif": "gif",
    "image/heic": "heic", "image/jpeg": "jpg", "image/jpg": "jpg", "image/png": "png",
    "image/svg+xml": "svg", "image/tiff": "tif", "image/webp": "webp",
    "message/delivery-status": "txt", "message/disposition-notification": "txt",
    "message/rfc822": "eml", "message/global": "eml", "text/calendar": "ics", "text/csv": "csv",
    "text/html": "html", "text/plain": "txt", "text/rfc822-headers": "txt", "text/vcard": "vcf",
    "text/x-vcard": "vcf", "text/xml": "xml", "video/mp4": "mp4", "video/quicktime": "mov",
}  # fmt: skip


def safe_name(name: str) -> str:
    """A bare file name: no folder, drive, control, bidi mark or leading dot; "" if none is left."""
    bare = _PATH.split(_UNSAFE.sub("", name))[-1]
    bare = _FORBIDDEN.sub("_", _DRIVE.sub("", bare)).strip().lstrip(".").strip(" .")
    if _RESERVED.match(bare):
        bare = f"_{bare}"
    if len(bare.encode("utf-8", "replace")) <= _LONGEST:
        return bare
    stem, dot, extension = bare.rpartition(".")
    if not dot or len(extension.encode("utf-8", "replace")) > 16:
        stem, extension = bare, ""
    room = _LONGEST - len(extension.encode("utf-8", "replace")) - 1
    short = stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").strip(" .")
    return f"{short}.{extension}" if extension else short


def honest_name(media_type: str, number: int) -> str:
    """A name for a part that has none: its number and what its type says it is."""
    return f"part-{number}.{_EXTENSIONS.get(media_type, 'bin')}"
