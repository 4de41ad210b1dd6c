"""Files that staff upload for an import, laid into a folder of their own, a zip archive unpacked with care."""

from __future__ import annotations

import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from werkzeug.datastructures import FileStorage

from lms.cohorts.failed_imports import NothingIn, Why
from lms.core.errors import Refused
from lms.core.i18n import _

MOST_FILES = 5000
MOST_BYTES = 500_000_000  # unpacked

# Damaged, locked, cut short, or names that clash.
BROKEN = (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)


@contextmanager
def laid_out(sent: Sequence[FileStorage]) -> Iterator[Path]:
    """The one file that was sent, or a folder with all of them; gone afterwards. Raises Refused for an archive that is not plain."""
    with tempfile.TemporaryDirectory(prefix="import-") as place:
        folder = Path(place)
        for file in sent:
            _lay(file, folder)
        found = [path for path in folder.iterdir() if not path.name.startswith((".", "__MACOSX"))]
        yield found[0] if len(found) == 1 else folder


def _lay(file: FileStorage, folder: Path) -> None:
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name
    if not name or name.startswith("."):
        raise Refused(_("Choose a file."))
    try:
        if zipfile.is_zipfile(file.stream):
            _unpack(file, folder)
            return
        file.stream.seek(0)
        (folder / name).write_bytes(file.stream.read())
    except BROKEN:
        raise NothingIn(Why.ARCHIVE, sentence=_("We cannot open %(name)s. Make the archive again.", name=name[:80])) from None


def _unpack(file: FileStorage, folder: Path) -> None:
    file.stream.seek(0)
    with zipfile.ZipFile(file.stream) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MOST_FILES or sum(member.file_size for member in members) > MOST_BYTES:
            raise NothingIn(Why.LARGE)
        for member in members:
            name = PurePosixPath(member.filename)
            link = (member.external_attr >> 16) & 0o170000 == 0o120000
            if name.is_absolute() or ".." in name.parts or "\\" in member.filename or ":" in member.filename or link:
                said = _("The archive holds a name that leads outside: %(name)s.", name=member.filename[:80])
                raise NothingIn(Why.OUTSIDE, sentence=said)
            target = folder.joinpath(*name.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as content:
                target.write_bytes(content.read(member.file_size + 1)[: member.file_size])
