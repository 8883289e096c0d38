"""Language content: what she understands and says, as YAML, a folder a language."""

import contextlib
import os
import pickle
import sys
from collections.abc import Callable
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, TypeVar

Made = TypeVar("Made")

FOLDER = Path(__file__).parent


@cache
def load(name: str, language: str = "en") -> Any:
    """Return the content of `language/LANGUAGE/NAME.yaml`, parsed once."""
    path = FOLDER / language / f"{name}.yaml"
    return kept(f"{language}-{name}", (path,), lambda: _parsed(path))


def kept(name: str, sources: tuple[Path, ...], make: Callable[[], Made]) -> Made:
    """Return what `make` makes of the sources, made once a version: kept beside the bytecode, as Python keeps its own.

    What begins cold then neither parses YAML nor reads templates, which takes 90 ms. It is as trusted as the bytecode
    beside it, and made anew when a source changes. Where nothing may be written there, it is made each time.
    """
    place = Path(cache_from_source(str(FOLDER / f"{name}.py"))).with_suffix(".pickle")
    stamp = [(path.stat().st_mtime_ns, path.stat().st_size) for path in sources]
    try:
        there, made = pickle.loads(place.read_bytes())  # noqa: S301 - see above
        if there == stamp:
            return made  # type: ignore[no-any-return]
    except Exception:  # noqa: BLE001, S110 - a broken pickle can raise anything, and is made anew
        pass
    made = make()
    if not sys.dont_write_bytecode:
        _write(place, pickle.dumps((stamp, made)))
    return made


def _parsed(path: Path) -> Any:
    import yaml  # noqa: PLC0415 - 10 ms that only the first start of a version needs

    # libyaml parses some ten times faster than the Python loader; not every platform's wheel carries it.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 - a safe loader, chosen above


def _write(place: Path, content: bytes) -> None:
    beside = place.with_name(f"{place.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        place.parent.mkdir(exist_ok=True)
        beside.write_bytes(content)
        beside.replace(place)
