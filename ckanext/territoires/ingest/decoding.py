"""Bytes of a text file -> text: which encoding, said as an assumption."""

from __future__ import annotations

import re

from ckanext.territoires.ingest.findings import Findings

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What no text holds: control characters other than tab, line feed, carriage return, form feed.
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13} | {127})
_HEAD = 200_000
_BROKEN = re.compile("�")


def decode(data: bytes, findings: Findings) -> str | None:
    """Return the text of a file, None (and a blocking problem) when it is no text.

    A byte order mark decides; then UTF-8, where a few broken characters are said and left out;
    then Windows-1252, which older spreadsheets write.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            body = data[len(mark) :] if encoding == "utf-8" else data
            text = body.decode(encoding, "replace")
            findings.assume("encoding", encoding=f"{encoding} (BOM)")
            return _clean(text, findings)
    if _binary(data):
        findings.problem("not_a_table", blocking=True)
        return None
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = _mended(data), "utf-8"
        if text is None:
            text, encoding = _windows(data), "cp1252"
    findings.assume("encoding", encoding=encoding)
    return _clean(text, findings)


def _binary(data: bytes) -> bool:
    head = data[:_HEAD]
    return len(head) - len(head.translate(None, _CONTROL)) > len(head) // 500


def _mended(data: bytes) -> str | None:
    """UTF-8 with a few broken bytes, rather than accents made of two letters everywhere."""
    text = data.decode("utf-8", "replace")
    broken = text.count("�")
    accented = sum(1 for character in text if character > "\x7f") - broken
    return text if accented >= 10 * broken else None


def _windows(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        # The five bytes that Windows-1252 leaves undefined.
        return data.decode("cp1252", "replace")


def _clean(text: str, findings: Findings) -> str:
    if "\0" in text:
        text = text.replace("\0", "")
        findings.problem("null_characters")
    if "�" in text:
        for match in _BROKEN.finditer(text):
            findings.problem("broken_character", text.count("\n", 0, match.start()) + 1)
            if findings.counts["broken_character"] >= 100:
                break
    return text
