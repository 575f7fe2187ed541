"""Numbers that people wrote, each cut out of its page: the shares read right, beside PP-OCRv6's small recogniser.

`python -m benchmarks.numbers --sets FOLDER` measures this. A picture is right when all that is told of it, put
together, is its label; where the label is digits alone, separators and signs are left out of what is told.
"""

import json
import re
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tenfold
from benchmarks.environment import PEERS, install_apart
from benchmarks.sets import LabelledSet
from tenfold.calibrate.pages import edit_distance

__all__ = ["kept", "measure_set", "set_table"]

PEER = "PP-OCRv6 small"
"""The recogniser of PaddleOCR 3.4 as rapidocr 3.10.0 ships it, zero-shot; it is given the whole picture as one line."""

WITH_OCR = "Tenfold with tenfold[ocr]"
"""Tenfold with its third opinion: the same recogniser's, pooled with its own."""

READERS = ("Tenfold", WITH_OCR, PEER)


def measure_set(reader: tenfold.Reader, numbers: LabelledSet) -> dict[str, Any]:
    """Read every picture of a set with Tenfold, alone and with its extra, and with its peer.

    Returns:
        By the reader's name: `whole`, how many are right; `edits`, the edit distances to the labels added up;
        `seconds`, the median of a picture. And `n` pictures with `signs` in their labels.
    """
    peer_texts, peer_seconds = _ask_peer(numbers.pictures)
    return {
        "n": len(numbers.labels),
        "signs": sum(map(len, numbers.labels)),
        "Tenfold": _read(reader, numbers, ocr=False),
        WITH_OCR: _read(reader, numbers, ocr=True),
        PEER: _scored(peer_texts, numbers.labels, peer_seconds),
    }


def _read(reader: tenfold.Reader, numbers: LabelledSet, *, ocr: bool) -> dict[str, Any]:
    texts, seconds = [], []
    for picture in numbers.pictures:
        started = time.perf_counter()
        texts.append("".join(number.text for number in reader.numbers(picture, ocr=ocr)))
        seconds.append(time.perf_counter() - started)
    return _scored(texts, numbers.labels, statistics.median(seconds))


def _ask_peer(pictures: Sequence[Path]) -> tuple[list[str], float]:
    """Give what the peer reads in each picture, and its median seconds."""
    names = json.dumps([str(picture.absolute()) for picture in pictures])
    command = [install_apart(PEERS / "read_ppocr.txt"), PEERS / "read_ppocr.py"]
    done = subprocess.run(command, input=names, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["texts"], answer["seconds"]


def _scored(texts: Sequence[str], labels: Sequence[str], seconds: float) -> dict[str, Any]:
    told = [kept(text, label) for text, label in zip(texts, labels, strict=True)]
    return {
        "whole": sum(text == label for text, label in zip(told, labels, strict=True)),
        "edits": sum(edit_distance(text, label) for text, label in zip(told, labels, strict=True)),
        "seconds": seconds,
    }


def kept(text: str, label: str) -> str:
    """Keep the digits of a text, its empty boxes, and its decimal sign as a point where the label has one."""
    if "." not in label:
        return re.sub(r"[^0-9_]", "", text)
    return re.sub(r"[^0-9.]", "", text.replace(",", ".")).strip(".")


def set_table(sets: dict[str, Any]) -> list[list[str]]:
    """Give the shares as rows of text, the heading first."""
    rows = [["cut out of its page", "pictures"]]
    for reader in READERS:
        rows[0] += [f"{reader}: whole", "signs", "a picture"]
    for name, counted in sets.items():
        row = [name, f"{counted['n']:,}"]
        for reader in READERS:
            found = counted[reader]
            signs = max(0.0, 1 - found["edits"] / counted["signs"])
            row += [f"{found['whole'] / counted['n']:.1%}", f"{signs:.1%}", f"{1000 * found['seconds']:.0f} ms"]
        rows.append(row)
    return rows
