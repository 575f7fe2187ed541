"""A clang made of the package `ziglang`, for machines that have none; it takes what tinygrad passes."""

import subprocess
import sys
import tempfile
from pathlib import Path

import ziglang

arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--target=")]
place = arguments.index("-o")
target = arguments[place + 1]
del arguments[place : place + 2]
zig = Path(ziglang.__file__).with_name("zig")
plain = ["-g0", "-fno-sanitize=all", "-fno-stack-protector"]
with tempfile.TemporaryDirectory() as folder:
    made = Path(folder) / "object.o"
    answer = subprocess.run([zig, "cc", *arguments, *plain, "-o", made])
    if answer.returncode:
        sys.exit(answer.returncode)
    if target == "-":
        sys.stdout.buffer.write(made.read_bytes())
    else:
        Path(target).write_bytes(made.read_bytes())
