"""A page to its lines: where rows of boxes, grids and free rows are, and what is written in them.

`ink_kinds` takes the first look; `layout` is the way in, `line` the one for what shows one line alone, `align` the one
for printed forms, `order` the way out; each module calls only those further down:

    layout     what may be numbers: rows of boxes, and free rows   align       a printed form found again
                                                                   order       rows in the order of reading
    cells      what is written in each box                         free        rows of digits without boxes
    erasing    the lines of a row of boxes taken away              line        a strip as a line recogniser is given it
    boxes      rows of boxes that agree with one another
    verticals  where boxes begin and end
    outlines   printed outlines, cut into strips; from the front: rows of boxes and combs
    grids      outlines seen from any side: grids
    strips     the paper between two level lines, sampled straight
    rulings    long straight lines: tilt, level lines, rules taken away
    ink_kinds  words, numbers and lines told apart, and which way up the page lies
    paper      the page with its light divided out
    panels     light numbers on dark fields turned to dark on paper
    quads      places and homographies

Where a constant names no measurement, none was written down. A network tells what stands where; where exactly boxes and
digits are, geometry says.
"""

from tenfold import submodules_of

__getattr__ = submodules_of(__name__)
