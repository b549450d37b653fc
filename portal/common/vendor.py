"""The design system, as the portal serves it, and the font it prints with: `python -m portal.common.vendor`.

Takes from node_modules/krds-uiux what the pages use into vendor/krds: its tokens and its
style sheet as one file, the icons that file names, two weights of its font. Left behind
are its scripts, its logos (they are the ministry's) and `component.css` (its paths are
broken). The result is built in each checkout and never committed.

vendor/fonts is not served: papers of agreements are set in it. Nanum Myeongjo has all 11,172 syllables (OFL 1.1).
"""

import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "node_modules" / "krds-uiux" / "resources"
TARGET = ROOT / "vendor" / "krds"
PRINT = ROOT / "node_modules" / "@expo-google-fonts" / "nanum-myeongjo"
FONTS = ROOT / "vendor" / "fonts"
NOT_IN_THE_FILE = re.compile(r"@charset [^;]+;|@import [^;]+;|/\*.*?\*/", re.DOTALL)
LOGO = re.compile(r"url\([^)]*logo[^)]*\)")
ICON = re.compile(r"url\(\.\./\.\./img/component/icon/([\w.-]+\.svg)\)")


def build(source: pathlib.Path = SOURCE, target: pathlib.Path = TARGET) -> list[str]:
    """Write the folder anew; returns the names of its icons."""
    sheets = [source / "css/token/krds_tokens.css", source / "css/component/output.css"]
    css = "\n".join(NOT_IN_THE_FILE.sub("", sheet.read_text("utf-8-sig")) for sheet in sheets)
    css = LOGO.sub("none", css)
    icons = sorted(set(ICON.findall(css)))
    half = target.with_name("krds.half")
    shutil.rmtree(half, ignore_errors=True)
    (half / "icon").mkdir(parents=True)
    (half / "font").mkdir()
    lines = (line.strip() for line in ICON.sub(r"url(icon/\1)", css).splitlines())
    (half / "krds.css").write_text('@charset "UTF-8";\n' + "\n".join(filter(None, lines)) + "\n", "utf-8")
    for icon in icons:
        shutil.copy(source / "img/component/icon" / icon, half / "icon")
    for weight in ("Regular", "Bold"):
        shutil.copy(source / f"fonts/PretendardGOV-{weight}.subset.woff2", half / "font")
    shutil.rmtree(target, ignore_errors=True)
    half.rename(target)
    return icons


def copy_fonts(source: pathlib.Path = PRINT, target: pathlib.Path = FONTS) -> list[str]:
    """Both weights and their licence, written anew; returns the names of the files."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in ("400Regular/NanumMyeongjo_400Regular.ttf", "700Bold/NanumMyeongjo_700Bold.ttf", "LICENSE_FONT"):
        shutil.copy(source / name, target)
    return sorted(file.name for file in target.iterdir())


if __name__ == "__main__":
    names = build()
    copy_fonts()
    size = sum(file.stat().st_size for file in TARGET.rglob("*") if file.is_file()) // 1024
    sys.stdout.write(f"vendor/krds: {len(names)} icons, {size} KiB\n")
