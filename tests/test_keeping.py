"""What is done to the file as a whole, while somebody else does something to it too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from samantha import keeping
from samantha.events import Held
from samantha.store import file, key
from samantha.store.home import Home
from samantha.store.key import Places

LOCK_WHILE_COPYING = """
import sys
from pathlib import Path
from samantha import keeping
from samantha.store.home import Home
from samantha.store.key import Places
home, keys, copy = (Path(argument) for argument in sys.argv[1:4])
def lock(event, args):
    if event == "os.rename" and str(args[1]) == str(copy):
        keeping.require_passphrase(Home(home), Places(keys, passphrase="correct horse"))
sys.addaudithook(lock)
_, phrase = keeping.back_up(Home(home), Places(keys), copy, new_phrase=False)
print(phrase)
"""


def test_a_passphrase_set_while_a_backup_is_made_stays(tmp_path: Path) -> None:
    home, keys = Home(tmp_path / "home"), tmp_path / "keys"
    file.create(home, Places(keys)).close()
    command = [sys.executable, "-c", LOCK_WHILE_COPYING, str(home.folder), str(keys), str(tmp_path / "copy")]
    run = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    wraps = key.load(home.keys)
    assert {way["by"] for way in wraps.ways} == {"passphrase", "phrase"}
    assert list(keys.iterdir()) == []
    assert key.open_passphrase(wraps, "correct horse") == key.open_phrase(wraps, run.stdout)


def test_what_is_open_again_is_not_locked(tmp_path: Path) -> None:
    home, places = Home(tmp_path / "home"), Places(tmp_path / "keys", passphrase="correct horse")
    file.create(home, Places(tmp_path / "keys")).close()
    with home.hold(), pytest.raises(Held, match="run `samantha lock` again"):
        keeping.require_passphrase(home, places)
    assert key.guarded_by(key.load(home.keys)) == "file"
