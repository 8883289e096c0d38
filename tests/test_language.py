"""What is made of language content is kept beside the bytecode, and made anew when its source changes."""

import os
import sys
from pathlib import Path

import pytest

from samantha import language
from samantha.language.templates import Book, template


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    return tmp_path


def test_made_once_a_version(place: Path) -> None:
    source, made = place / "source.yaml", []
    source.write_text("one")

    def make() -> str:
        made.append(1)
        return source.read_text()

    assert [language.kept("thing", (source,), make) for _ in range(3)] == ["one"] * 3
    assert len(made) == 1
    source.write_text("another")
    assert language.kept("thing", (source,), make) == "another"
    assert len(made) == 2


def test_a_broken_keepsake_is_made_anew(place: Path) -> None:
    source = place / "source.yaml"
    source.write_text("one")
    language.kept("thing", (source,), lambda: "first")
    (kept,) = (place / "__pycache__").glob("thing*.pickle")
    kept.write_bytes(b"no pickle")
    assert language.kept("thing", (source,), lambda: "second") == "second"


def test_nothing_is_written_where_python_writes_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert language.kept("thing", (), lambda: "made") == "made"
    assert not (place / "__pycache__").exists()


def test_a_place_that_can_not_be_written_does_no_harm(place: Path) -> None:
    (place / "__pycache__").write_text("a file in the way")
    assert language.kept("thing", (), lambda: "made") == "made"
    assert not list(place.glob(f"*.{os.getpid()}"))


def test_yaml_is_read(place: Path) -> None:
    (place / "xx").mkdir()
    (place / "xx" / "words.yaml").write_text("hello: [one, two]")
    assert language.load("words", "xx") == {"hello": ["one", "two"]}


@pytest.mark.parametrize("line", ["(one|two", "one]", "[a", "(a|(b)"])
def test_brackets_must_match(line: str) -> None:
    with pytest.raises(ValueError, match="brackets"):
        template(line)


def test_a_list_must_be_there() -> None:
    with pytest.raises(KeyError):
        template("i <owns> a dog")


def test_templates_of_one_book() -> None:
    book = Book(
        [template("[please] (call|name) yourself {name}", role="rename"), template("{what} is nice", role="nice")]
    )
    found = [(one.role, "Ada" if slots else "") for one, slots in book.matches("please call yourself Ada")]
    assert found == [("rename", "Ada")]
    assert [one.role for one, _ in book.matches("the tea is nice")] == ["nice"]
    assert list(book.matches("call yourself")) == []
