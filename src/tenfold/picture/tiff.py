"""How many pages a TIFF file has: its directories are counted without decoding one."""

import struct

__all__ = ["count_directories", "is_tiff"]

MARKS = {b"II*\0": "<", b"MM\0*": ">", b"II+\0": "<", b"MM\0+": ">"}
"""How a TIFF file begins, and its order of bytes; `+` stands for BigTIFF."""


def is_tiff(content: bytes) -> bool:
    """Say whether a file is a TIFF."""
    return content[:4] in MARKS


def count_directories(content: bytes, most: int = 1 << 20) -> int:
    """Count the pages of a TIFF file.

    Args:
        content: The bytes of the file.
        most: Where to stop.

    Returns:
        How many directories it has, up to `most`. One that lies beyond the file's end counts, for whoever opens it is
        told that it is damaged; a chain that comes back to where it was ends there.

    Source:
        Adobe 1992, "TIFF Revision 6.0", section 2; the BigTIFF design, https://www.awaresystems.be/imaging/tiff/bigtiff.html
    """
    order, big = MARKS[content[:4]], content[2:3] == b"+" or content[3:4] == b"+"
    entries, entry, place = (f"{order}Q", 20, f"{order}Q") if big else (f"{order}H", 12, f"{order}I")
    seen: set[int] = set()
    pointer = 8 if big else 4
    while len(seen) < most:
        try:
            [start] = struct.unpack_from(place, content, pointer)
            if start == 0 or start in seen:
                break
            seen.add(start)
            if start >= len(content):
                break
            [count] = struct.unpack_from(entries, content, start)
            pointer = start + struct.calcsize(entries) + count * entry
            if pointer > len(content):
                break
        except struct.error:
            break
    return len(seen)
