"""Writes the table of characters: one line each, sorted by code point,

    CHARACTER TAB PINYIN,PINYIN TAB STROKES TAB PARTS

raw-deflated. Pinyin has no tones and v for ü; parts hold every part of the
character that is itself a character, at any depth, its radical included."""
import bz2
import collections
import re
import sys
import unicodedata
import zlib

unihan, decomp, out = sys.argv[1:]


def rows(name):
    with bz2.open(f"{unihan}/{name}.txt.bz2", "rt", encoding="utf8") as f:
        for line in f:
            if line.startswith("U+"):
                code, key, value = line.rstrip("\n").split("\t", 2)
                yield int(code[2:], 16), key, value


def plain(reading):
    s = unicodedata.normalize("NFD", reading.lower()).replace("u\u0308", "v")
    return "".join(c for c in s if "a" <= c <= "z")


readings = collections.defaultdict(list)
for code, key, value in rows("Unihan_Readings"):
    if key == "kMandarin":
        found = value.split()
    elif key in ("kHanyuPinyin", "kXHC1983", "kTGHZ2013"):
        found = [r for part in value.split() for r in part.split(":")[1].split(",")]
    elif key == "kHanyuPinlu":
        found = [re.sub(r"\(.*", "", r) for r in value.split()]
    else:
        continue
    for r in map(plain, found):
        if r and r not in readings[code]:
            readings[code].append(r)

traditional = {}
for code, key, value in rows("Unihan_Variants"):
    if key == "kTraditionalVariant":
        traditional[code] = [int(v[2:], 16) for v in value.split()]
radical, strokes = {}, {}
for code, key, value in rows("Unihan_IRGSources"):
    if key == "kRSUnicode":
        radical[code] = int(re.match(r"\d+", value).group())
    if key == "kTotalStrokes":
        strokes[code] = value.split()[0]

parts_of = {}
for line in open(decomp, encoding="utf8"):
    m = re.match(r"(.+?):[^(]*\(([^)]*)\)", line.replace("module.exports = `", ""))
    if m:
        parts_of[m.group(1)] = [p for p in m.group(2).split(",") if p]

# The same part in its written forms: whoever types either finds both.
same = [set(s) for s in ("钅金釒", "氵水", "亻人", "扌手", "艹艸草", "忄心", "讠言訁", "纟糸糹", "饣食飠", "衤衣", "礻示", "犭犬", "刂刀",
                         "灬火", "辶辵", "贝貝", "车車", "马馬", "鸟鳥", "鱼魚", "门門", "页頁", "见見", "风風", "长長", "韦韋", "齐齊", "齿齒",
                         "龙龍", "龟龜", "仑侖", "尧堯", "呙咼", "贡貢", "阝阜", "王玉")]
alike = {c: s for s in same for c in s}
RADICALS = {i + 1: unicodedata.normalize("NFKC", chr(0x2F00 + i)) for i in range(214)}


def han(c):
    return len(c) == 1 and (0x2E80 <= ord(c) <= 0x2FDF or 0x3400 <= ord(c) <= 0x9FFF or 0x20000 <= ord(c) <= 0x2EBE0)


def parts(c, seen):
    for p in parts_of.get(c, []):
        if p not in seen:
            seen.add(p)
            parts(p, seen)
    return seen


def shown(code):
    found = set()
    for c in [code] + traditional.get(code, []):
        found |= parts(chr(c), set())
    if code in radical:
        found.add(RADICALS[radical[code]])
    found = {unicodedata.normalize("NFKC", p) if 0x2E80 <= ord(p) <= 0x2FDF else p for p in found if han(p)}
    for p in list(found):
        found |= alike.get(p, set())
    found.discard(chr(code))
    return "".join(sorted(found))


lines = []
for code in sorted(radical):
    if 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF or 0x20000 <= code <= 0x2EBE0:
        lines.append("\t".join([chr(code), ",".join(readings[code]), strokes.get(code, "0"), shown(code)]))
z = zlib.compressobj(9, zlib.DEFLATED, -15)
raw = ("\n".join(lines) + "\n").encode()
with open(out, "wb") as f:
    f.write(z.compress(raw) + z.flush())
print(f"{len(lines)} characters, {len(raw)} bytes", file=sys.stderr)
