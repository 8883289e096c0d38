"""Fetch the page's two fonts from their npm packages and keep only the files it uses.

    python training/fonts.py [FOLDER]

FOLDER is `src/samantha/web/static/fonts` unless told otherwise. Nothing is written unless every file has its
checksum.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "src/samantha/web/static/fonts"


@dataclass(frozen=True, slots=True)
class Font:
    """One family: where it comes from, and the SHA-256 of each file that is kept."""

    name: str
    package: str
    version: str
    files: dict[str, str]  # path inside the package -> sha256, hexadecimal


FONTS = (
    Font(
        "fraunces",
        "@fontsource-variable/fraunces",
        "5.3.0",
        {
            "files/fraunces-latin-wght-normal.woff2": (
                "7f9d191d999336d3b9790afa72e1358e50a13b06d4f289341e92a311967a80f9"
            ),
            "files/fraunces-latin-ext-wght-normal.woff2": (
                "a21ecfbf41fbc393e24ef9b7e38532a27e8da5e0a074aa7d66802d1b5ccec2f0"
            ),
            "LICENSE": "cd3384cafac6f2bddc3955273958a2e029f97027c8037ac539ef5744a77b579e",
        },
    ),
    Font(
        "figtree",
        "@fontsource-variable/figtree",
        "5.3.0",
        {
            "files/figtree-latin-wght-normal.woff2": (
                "4ba7d3d096695818fe0686be4f1e82c6b05134e18a22260336130335027462dd"
            ),
            "files/figtree-latin-ext-wght-normal.woff2": (
                "bf7828e2c258cffcfa50a048ee388a36b95bc16b452e8d36fa797635dbe15965"
            ),
            "LICENSE": "ee23e6c84000126692e112ff067b456470493349f993ceaa8b4d3766dd6fad5d",
        },
    ),
)


def checksum(content: bytes) -> str:
    """Return the SHA-256 of a file's content, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def pack(font: Font, folder: Path) -> Path:
    """Have npm fetch the package's archive into `folder` and return its path."""
    command = ["npm", "pack", "--silent", f"{font.package}@{font.version}"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return folder / done.stdout.split()[-1]


def take(font: Font, archive: Path) -> dict[str, bytes]:
    """Return the files that are kept, by the name they get; end with a sentence where a checksum differs."""
    kept = {}
    with tarfile.open(archive) as package:
        for path, wanted in font.files.items():
            member = package.extractfile(f"package/{path}")
            content = member.read() if member else b""
            found = checksum(content)
            if found != wanted:
                sys.exit(f"{font.package} {font.version}: {path} has checksum {found}, not {wanted}.")
            kept[f"{font.name}-{path}.txt" if path == "LICENSE" else Path(path).name] = content
    return kept


def readme(kept: dict[str, bytes]) -> str:
    """Return the README that says where every file came from."""
    lines = [
        "# Fonts of the page",
        "",
        "Fraunces and Figtree, variable in weight, Latin and extended, under the SIL Open Font License 1.1",
        "(`fraunces-LICENSE.txt`, `figtree-LICENSE.txt`). Made by `training/fonts.py`, never by hand.",
        "",
        *(f"- {font.name.title()}: npm package `{font.package}` {font.version}" for font in FONTS),
        "",
        "| file | SHA-256 |",
        "|---|---|",
        *(f"| `{name}` | `{checksum(content)}` |" for name, content in sorted(kept.items())),
    ]
    return "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    """Write the fonts, their licences and the README into `folder`."""
    kept: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for font in FONTS:
            kept |= take(font, pack(font, Path(temporary)))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    (folder / "README.md").write_text(readme(kept), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
