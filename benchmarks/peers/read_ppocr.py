"""PP-OCRv6's small recogniser, zero-shot, on crops of one number each: the text of each, and the median seconds.

Usage: `python read_ppocr.py < names.json`, the picture files as a JSON list; prints one JSON object.
"""

import json
import logging
import statistics
import sys
import time
from pathlib import Path

from rapidocr import RapidOCR


def main() -> None:
    """Read every picture that standard input names."""
    logging.disable(logging.INFO)
    engine = RapidOCR()
    texts, seconds = [], []
    for name in json.load(sys.stdin):
        content = Path(name).read_bytes()
        started = time.perf_counter()
        found = engine(content, use_det=False, use_cls=False, use_rec=True)
        seconds.append(time.perf_counter() - started)
        texts.append(found.txts[0] if found.txts else "")
    print(json.dumps({"texts": texts, "seconds": statistics.median(seconds)}))


if __name__ == "__main__":
    main()
