"""Unpacks `.Z` files, which the Unix tool compress wrote and Python's library does not read."""

from tenfold.errors import DataError

__all__ = ["uncompress"]

MAGIC = b"\x1f\x9d"
LEAST_BITS = 9  # width of the first codes
MOST_BITS = 16  # widest codes that the format allows
CLEAR = 256  # the code that empties the table, in block mode
BLOCK_MODE = 0x80  # flag in the third byte; its lowest five bits are the widest code of this file


def uncompress(content: bytes, size: int) -> bytearray:
    """Unpack a `.Z` file that is known to hold `size` bytes, and stop after them.

    Args:
        content: The bytes of the file.
        size: The length that the unpacked file should have, in bytes.

    Returns:
        At most `size + 1` bytes: fewer than `size` show a truncated file, `size + 1` one that is too long.

    Raises:
        DataError: It is no `.Z` file, or has a code that cannot occur.

    Source:
        Welch, "A technique for high-performance data compression", Computer 17(6), 1984; compress(1) 4.0 for the
        widths of codes and for the groups of eight codes, of which the rest is skipped whenever the width changes.
    """
    if len(content) < 3 or content[:2] != MAGIC or not LEAST_BITS <= content[2] & 0x1F <= MOST_BITS:
        raise DataError("expected a whole .Z file, got a damaged or other one")
    most_bits, block_mode = content[2] & 0x1F, bool(content[2] & BLOCK_MODE)
    first_table = [bytes([value]) for value in range(256)] + ([b""] if block_mode else [])  # b"" for CLEAR

    table, bits, group_start, place = list(first_table), LEAST_BITS, 24, 24  # places are in bits
    unpacked, previous = bytearray(), b""
    while len(unpacked) <= size and place + bits <= 8 * len(content):
        code = _bits_at(content, place, bits)
        place += bits
        if block_mode and code == CLEAR:
            table, previous = list(first_table), b""
            place = group_start = _end_of_group(group_start, place, bits)
            bits = LEAST_BITS
            continue
        if code > len(table) or (code == len(table) and not previous):
            raise DataError(f"expected a whole .Z file, got the code {code} where {len(table)} are known")
        text = table[code] if code < len(table) else previous + previous[:1]
        if previous and len(table) < 1 << most_bits:
            table.append(previous + text[:1])
        unpacked += text
        previous = text
        if len(table) >= 1 << bits and bits < most_bits:
            place = group_start = _end_of_group(group_start, place, bits)
            bits += 1
    return unpacked[: size + 1]


def _bits_at(content: bytes, place: int, bits: int) -> int:
    """Give the code of `bits` bits at a place in bits, lowest bit first."""
    window = int.from_bytes(content[place // 8 : place // 8 + 4], "little")
    return window >> place % 8 & (1 << bits) - 1


def _end_of_group(group_start: int, place: int, bits: int) -> int:
    """Give the place after the group of eight codes that `place` is in, in bits."""
    group = 8 * bits
    return group_start + -(-(place - group_start) // group) * group
