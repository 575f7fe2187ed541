"""A PDF that nobody has the password of: its keys are of nothing."""

OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>",
)


def _written() -> bytes:
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(OBJECTS, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    name = b"<" + b"43" * 16 + b">"
    trailer = b"<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [" + name + name + b"] >>"
    return content + b"xref\n0 5\n0000000000 65535 f \n%strailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        trailer,
        len(content),
    )


LOCKED_PDF = _written()
