"""Unpacks an archive of a Python project: unpack.py ARCHIVE FOLDER

Plain files and folders alone. A name that leads out of the folder refuses the whole archive; links are left out.
"""

import os
import sys
import tarfile
import zipfile

MAX_BYTES = 1 << 30
MAX_FILES = 100_000


def of_tar(archive):
    for member in archive:
        if member.isfile():
            yield member.name, member.size, archive.extractfile(member)


def of_zip(archive):
    for member in archive.infolist():
        kind = member.external_attr >> 16 & 0o170000
        if not member.is_dir() and kind in (0, 0o100000):
            yield member.filename, member.file_size, archive.open(member)


def unpack(members, folder):
    n_bytes = 0
    for n_files, (name, size, content) in enumerate(members):
        n_bytes += size
        if n_bytes > MAX_BYTES or n_files > MAX_FILES:
            sys.exit("it is too large")
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
            sys.exit("the name %r leads out of it" % name)
        path = os.path.join(folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            left = size
            while left > 0 and (block := content.read(min(left, 1 << 20))):
                file.write(block)
                left -= len(block)


def main():
    path, folder = sys.argv[1:]
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                unpack(of_zip(archive), folder)
        else:
            with tarfile.open(path) as archive:
                unpack(of_tar(archive), folder)
    except (OSError, EOFError, ValueError, tarfile.TarError, zipfile.BadZipFile) as error:
        sys.exit("%s: %s" % (type(error).__name__, error))


if __name__ == "__main__":
    main()
