"""Imports point down: read from the source, in functions and for types too."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "samantha"

# The floors, top first. Within a part (a folder, or a file at the root) files may import each other, but in no circle.
FLOORS: list[set[str]] = [
    {"__main__"},
    {"cli"},
    {"bench", "front", "keeping", "doctor"},
    {"app"},
    {"web", "holder"},
    {"work"},
    {"turn", "meeting"},
    {"channels", "agent"},
    {"wire"},
    {"memory", "models"},
    {"affect", "care"},
    {"store"},
    {"dates"},
    {"events", "language", "place"},
]
ROOT = "samantha"  # holds the version; every part may read it


def part(module: str) -> str:
    """Return the part of the house that a module belongs to."""
    names = module.split(".")
    return names[1] if len(names) > 1 else ROOT


def modules() -> dict[str, Path]:
    """Return every module, by its full name."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        names = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(names[:-1] if names[-1] == "__init__" else names)] = path
    return found


def imported(module: str, path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Yield the modules of ours that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: imports are absolute"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in known:
                    yield full
                elif node.module in known:
                    yield node.module


def arrows() -> dict[str, set[str]]:
    """Return what each module imports of ours."""
    known = modules()
    return {name: set(imported(name, path, known)) - {name} for name, path in known.items()}


def floor(name: str) -> int:
    """Return how far down a part is; 0 is the top."""
    return next(number for number, parts in enumerate(FLOORS) if name in parts)


def test_every_part_has_one_floor() -> None:
    listed = [name for parts in FLOORS for name in parts]
    assert len(listed) == len(set(listed))
    assert {part(module) for module in modules()} - {ROOT} == set(listed)


@pytest.mark.parametrize("module", modules())
def test_imports_point_down(module: str) -> None:
    here = part(module)
    for target in arrows()[module]:
        there = part(target)
        if there not in (here, ROOT) and here != ROOT:
            assert floor(there) > floor(here), f"{module} imports {target}, which is not below it"


def test_there_is_no_circle() -> None:
    graph = {name: targets - {ROOT} for name, targets in arrows().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def test_a_turns_stages_do_not_know_each_other() -> None:
    stages = {"agent", "memory", "affect", "care", "channels"}
    for module, targets in arrows().items():
        if part(module) in stages:
            assert not {part(target) for target in targets} & stages - {part(module)}, module
