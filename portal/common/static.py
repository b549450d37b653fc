"""The style sheet of a deployment: one file, though it is written in parts."""

import pathlib
import re
from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.finders import find
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEET = "app/app.css"
IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\);\n')


def whole_sheet() -> str:
    """`app.css` with the parts it imports in their places; they stand beside it, so their own addresses stay right."""
    sheet = pathlib.Path(str(find(SHEET)))
    return IMPORT.sub(lambda part: sheet.with_name(part[1]).read_text("utf-8"), sheet.read_text("utf-8"))


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage: names with a hash, compressed; the style sheet is put together first."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            pathlib.Path(self.path(SHEET)).write_text(whole_sheet(), "utf-8")
            paths = paths | {SHEET: (self, SHEET)}
        return super().post_process(paths, dry_run=dry_run, **options)
