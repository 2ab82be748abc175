"""The steps of scripts/fonts/build that need fontTools.

  sets DIR           writes the character sets level2.txt and standard.txt
  name IN.ttf OUT    gives a subset a name of its own (the licence reserves
                     the original's) and keeps its notices
  rare IN.ttf OUT    writes the pack of CJK Extension B to F glyphs
"""
import bz2
import re
import struct
import sys
import zlib

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

# What both fonts have besides Han: everything a form, a screen or a foreign
# name may hold, as far as the source font has it.
OTHERS = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x2B0, 0x2FF), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF),
    (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x22FF), (0x2300, 0x23FF), (0x2460, 0x24FF),
    (0x2500, 0x27BF), (0x2E80, 0x2FDF), (0x2FF0, 0x30FF), (0x3100, 0x312F), (0x31A0, 0x31EF),
    (0x3200, 0x33FF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0xFFFD, 0xFFFD),
]
# The twelve compatibility ideographs that are unified ideographs.
COMPAT = [0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23, 0xFA24, 0xFA27, 0xFA28, 0xFA29]
# GB 18030-2022, implementation level 1: the BMP's unified ideographs.
LEVEL1 = [(0x3400, 0x4DB5), (0x4E00, 0x9FEF)]
# The extensions that level 3 adds: B, C, D, E, F.
EXTENSIONS = [(0x20000, 0x2A6D6), (0x2A700, 0x2B734), (0x2B740, 0x2B81D), (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0)]

RARE_UPEM = 250  # a quarter of the other fonts' 1000, so that scaling up is exact
BLOCK = 64       # glyphs deflated together


def spread(ranges):
    return {c for low, high in ranges for c in range(low, high + 1)}


def standard_table():
    """The 8105 characters of 通用规范汉字表, by Unihan's kTGH."""
    with bz2.open("/usr/share/unicode/Unihan_OtherMappings.txt.bz2", "rt", encoding="utf-8") as f:
        found = {int(m[1], 16) for m in (re.match(r"U\+([0-9A-F]+)\tkTGH\t", line) for line in f) if m}
    assert len(found) == 8105, len(found)
    return found


def sets(folder):
    table = standard_table()
    others = spread(OTHERS)
    level2 = spread(LEVEL1) | set(COMPAT) | table
    assert len(level2) == 27766, len(level2)
    for name, chars in (("level2", level2 | others), ("standard", table | others)):
        with open(f"{folder}/{name}.txt", "w") as f:
            f.writelines(f"{c:04X}\n" for c in sorted(chars))


def name(source, target):
    font = TTFont(source, recalcTimestamp=False)
    style = "Bold" if "bold" in target else "Regular"
    for record in list(font["name"].names):
        texts = {1: "Wenbao Sans", 2: style, 3: f"Wenbao Sans {style}", 4: f"Wenbao Sans {style}", 6: f"WenbaoSans-{style}"}
        if record.nameID in texts:
            record.string = texts[record.nameID]
        elif record.nameID not in (0, 5, 13, 14):
            font["name"].names.remove(record)
    font["head"].created = font["head"].modified = 0
    font.save(target)


def scaled(glyphs, glyph_name):
    """The glyph as TrueType outline bytes at RARE_UPEM."""
    recording = DecomposingRecordingPen(glyphs)
    glyphs[glyph_name].draw(recording)
    pen = TTGlyphPen(None)
    for operator, points in recording.value:
        getattr(pen, operator)(*[p and (round(p[0] * RARE_UPEM / 1024), round(p[1] * RARE_UPEM / 1024)) for p in points])
    glyph = pen.glyph()
    glyph.recalcBounds(None)
    raw = glyph.compile(None, recalcBBoxes=False)
    return raw + b"\0" * (len(raw) % 2)


def rare(source, target):
    """Pack: "WBRARE1\\0", units per em u16, glyphs per block u16, ranges u16,
    blocks u16; per range first u32 and count u32; per block its end in the
    deflated bytes u32; the blocks. An inflated block has a u16 length per glyph
    and then the glyphs' outlines. Everything is big-endian. Every glyph is one
    em wide."""
    font = TTFont(source)
    cmap, glyphs = font.getBestCmap(), font.getGlyphSet()
    chars = [c for c in sorted(spread(EXTENSIONS)) if c in cmap]
    assert len(chars) > 60000, len(chars)
    ranges = []
    for c in chars:
        if ranges and ranges[-1][0] + ranges[-1][1] == c:
            ranges[-1][1] += 1
        else:
            ranges.append([c, 1])
    blocks = []
    for i in range(0, len(chars), BLOCK):
        outlines = [scaled(glyphs, cmap[c]) for c in chars[i:i + BLOCK]]
        plain = struct.pack(f">{len(outlines)}H", *map(len, outlines)) + b"".join(outlines)
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
        blocks.append(deflate.compress(plain) + deflate.flush())
    with open(target, "wb") as f:
        f.write(b"WBRARE1\0" + struct.pack(">4H", RARE_UPEM, BLOCK, len(ranges), len(blocks)))
        for first, count in ranges:
            f.write(struct.pack(">2I", first, count))
        end = 0
        for block in blocks:
            end += len(block)
            f.write(struct.pack(">I", end))
        f.write(b"".join(blocks))


if __name__ == "__main__":
    {"sets": sets, "name": name, "rare": rare}[sys.argv[1]](*sys.argv[2:])
