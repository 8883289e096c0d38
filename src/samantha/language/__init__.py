"""Language content: what she understands and says, as YAML, a folder a language."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

# libyaml parses some ten times faster than the Python loader; not every platform's wheel carries it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load(name: str, language: str = "en") -> Any:
    """Return the content of `language/LANGUAGE/NAME.yaml`, parsed once in a process."""
    text = files(__package__).joinpath(language, f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, _Loader)  # noqa: S506 - a safe loader, chosen above
