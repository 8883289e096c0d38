"""The commands; thin. What they print for programs with `--json` is what docs/protocol.md describes."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from samantha import __version__
from samantha.events import Damaged, Held, Locked, NewerFile, NoRoom, SamanthaError, WrongUse

ERRORS = {error.code: error for error in (WrongUse, Locked, Damaged, NewerFile, NoRoom, Held)}


def main() -> NoReturn:
    """Run a command; every failure is one sentence and a status, never a traceback."""
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the life of the process
    try:
        status = samantha.main(standalone_mode=False)  # the status of an Exit, or None
        sys.stdout.flush()
        sys.exit(status or 0)
    except click.ClickException as error:
        _fail(f"{error.format_message().rstrip('.')}; `samantha --help` lists what there is.", 2)
    except SamanthaError as error:
        _fail(error.sentence, error.status)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has enough; nothing must complain while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the last handler: its words may be the person's, so only its place
        _broken(error)


def _fail(sentence: str, status: int) -> NoReturn:
    _tell(sentence)
    sys.exit(status)


def _broken(error: Exception) -> NoReturn:
    import logging  # noqa: PLC0415

    from samantha.work import whereabouts  # noqa: PLC0415

    logging.getLogger("samantha").error("a command failed: %s", whereabouts(error))
    _fail("Something in me broke just now; what you said before is kept, so try again, or ask `samantha doctor`.", 1)


def home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --home, which says where she lives, to a command."""

    def remember(context: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None and not value.strip():
            raise WrongUse("--home needs a folder; give its name, or leave the option out.")
        if value is not None:
            context.find_root().meta["samantha.home"] = value

    option = click.option(
        "--home",
        metavar="DIR",
        expose_value=False,
        callback=remember,
        help="Where she lives (or SAMANTHA_HOME).",
    )
    return option(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
yes_option = click.option("--yes", is_flag=True, help="Skip questions: agree to be remembered.")


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@home_option
@yes_option
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Where to serve the page on 127.0.0.1.")
@click.option("--no-browser", is_flag=True, help="Serve the page and print its address; open nothing.")
@click.option("--new-address", is_flag=True, help="Give the page a new secret address; the one before leads nowhere.")
@click.version_option(__version__, prog_name="samantha")
@click.pass_context
def samantha(context: click.Context, yes: bool, port: int | None, no_browser: bool, new_address: bool) -> None:
    """Someone you talk to, who lives on this computer. Without a command: the page, or the terminal."""
    if context.invoked_subcommand is not None:
        return
    if not (no_browser or new_address) and _is_piped():
        _piped()
        return
    from samantha.front import talk_on_page  # noqa: PLC0415 - the server loads when it is served

    config = _config(agreed=yes)
    asyncio.run(talk_on_page(config, port=port, open_browser=not no_browser, new_address=new_address))


@samantha.command()
@home_option
@yes_option
def chat(yes: bool) -> None:
    """Talk in the terminal, by text."""
    if sys.stdin is None:
        raise WrongUse("There is no terminal here to talk in; `samantha say TEXT` needs none.")
    if not sys.stdin.isatty():
        _piped()
        return
    from samantha.front import talk_in_terminal  # noqa: PLC0415

    asyncio.run(talk_in_terminal(_config(agreed=yes)))


@samantha.command()
@click.argument("text", nargs=-1, required=True)
@home_option
@json_option
@click.option("--yes", is_flag=True, hidden=True)  # `say` never asks
def say(text: tuple[str, ...], as_json: bool, yes: bool) -> None:  # noqa: ARG001
    """Take one turn, for scripts."""
    words = _argument(" ".join(text))
    if not words.strip():
        raise WrongUse("There are no words in that; say something.")
    events = _work({"ask": "turn", "text": words, "channel": "say"}, {"ask": "hello"}, agreed=True)
    found = {event["event"]: event for event in events}
    record = found["hello"]["record"]
    if record != "on":
        from samantha import language  # noqa: PLC0415

        _tell(language.load("terminal")["not kept"][record])
    if not as_json:
        _print(found["said"]["text"])
        return
    feeling = found["feeling"]
    _print_json(
        {
            "reply": found["said"]["text"],
            "feeling": {name: feeling[name] for name in ("label", "valence", "arousal", "evidence")}
            if feeling["label"]
            else None,
            "recalled": found["recalled"]["lines"],
            "events": [event for event in events if event["event"] not in ("word", "hello")],
            "turn": found["heard"]["turn"],
            "record": record,
        }
    )


@samantha.group()
@home_option
def memory() -> None:
    """See what she remembers."""


@memory.command("list")
@click.option("-n", "limit", type=click.IntRange(1, 1000), default=20, help="How many of the last lines.")
@click.option("--facts", is_flag=True, help="What she believes, with the line it rests on, instead of the lines.")
@home_option
@json_option
def list_(limit: int, facts: bool, as_json: bool) -> None:
    """List the last lines, or the facts."""
    _must_exist()
    if facts:
        _print_facts(_work({"ask": "facts"})[0]["facts"], as_json)
    else:
        _print_lines(_work({"ask": "lines", "limit": limit})[0]["lines"], as_json)


@memory.command()
@click.argument("question", nargs=-1, required=True)
@click.option("-k", "k", type=click.IntRange(1, 1000), default=10, help="How many lines at most.")
@home_option
@json_option
def search(question: tuple[str, ...], k: int, as_json: bool) -> None:
    """Find lines by their words, best first."""
    _must_exist()
    _print_lines(_work({"ask": "search", "question": _argument(" ".join(question)), "k": k})[0]["lines"], as_json)


@memory.command()
@click.argument("number", type=click.IntRange(1))
@home_option
@json_option
def show(number: int, as_json: bool) -> None:
    """Show one line, and what was learnt from it."""
    _must_exist()
    found = _work({"ask": "show", "line": number})[0]
    if as_json:
        _print_json({"line": found["line"], "facts": found["facts"]})
        return
    _print_lines([found["line"]], as_json=False)
    _print_facts(found["facts"], as_json=False)


@samantha.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--new-phrase", is_flag=True, help="Make a new recovery phrase; the one before won't open later backups.")
@home_option
@json_option
def backup(file: Path, new_phrase: bool, as_json: bool) -> None:
    """Copy her memory to FILE while she goes on, and verify the copy."""
    _must_exist()
    from samantha import keeping  # noqa: PLC0415

    config = _config()
    copy, phrase = keeping.back_up(config.home, config.places, file, new_phrase=new_phrase)
    if as_json:
        _print_json({"file": copy.file, "lines": copy.lines, "last": copy.last, "phrase": phrase})
        return
    _print(f"Backed up to {copy.file}: {copy.lines:,} lines, every page read again.")
    if phrase:
        _print(
            f"It opens anywhere with these twelve words; write them down, they are shown this once:\n\n    {phrase}\n"
        )


@samantha.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Restore even where what is here is newer; that is put aside.")
@home_option
@json_option
def restore(file: Path, yes: bool, as_json: bool) -> None:
    """Bring her back from a backup, with the key, the passphrase or the recovery phrase."""
    from samantha import keeping  # noqa: PLC0415

    config = _config(ask=_read_secret)
    copy = keeping.bring_back(config.home, config.places, file, replace_newer=yes, now=config.clock())
    if as_json:
        _print_json({"file": copy.file, "lines": copy.lines, "last": copy.last, "aside": copy.aside})
    else:
        _print(
            f"Restored {copy.lines:,} lines, the last of {copy.last or 'never'}."
            + (f" What was here before is kept in {copy.aside}." if copy.aside else "")
        )


@samantha.command()
@home_option
@json_option
def lock(as_json: bool) -> None:
    """Close the file wherever it is open; set a passphrase where it has none."""
    _must_exist()
    from samantha import keeping  # noqa: PLC0415

    config = _config()
    asyncio.run(keeping.close_holder(config.home))
    by = keeping.require_passphrase(config.home, config.places)
    if as_json:
        _print_json({"locked": by == "passphrase", "key": by})
    elif by == "passphrase":
        _print("Locked: the file is closed, and only the passphrase (or the recovery phrase with a backup) opens it.")
    else:
        _print(
            f"Closed. The key still lies in the {by}, so whoever uses this login can open the file; "
            "run `samantha lock` in a terminal, or with SAMANTHA_PASSPHRASE, to set a passphrase."
        )


@samantha.command()
@home_option
@json_option
def doctor(as_json: bool) -> None:
    """Check file, key, disk, memory, Python and optional parts, and say what to do."""
    from dataclasses import asdict  # noqa: PLC0415

    from samantha.doctor import examine, this_machine  # noqa: PLC0415

    config = _config()
    findings = examine(config.home, config.places, this_machine(config.home))
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        marks = {"ok": "ok  ", "note": "note", "bad": "BAD "}
        _print("\n".join(f"{marks[finding.state]}  {finding.name}: {finding.says}" for finding in findings))
    if any(finding.state == "bad" for finding in findings):
        raise click.exceptions.Exit(1)


@samantha.group()
@home_option
def bench() -> None:
    """Measure her, on this machine."""


@bench.command("turn")
@click.option("--lines", type=click.IntRange(100, 5_000_000), default=100_000, help="Remembered turns beforehand.")
@click.option("--turns", type=click.IntRange(10, 10_000), default=200, help="Turns measured.")
@click.option("--cold-runs", type=click.IntRange(1, 100), default=11, help="Cold starts of each kind.")
@json_option
def bench_turn(lines: int, turns: int, cold_runs: int, as_json: bool) -> None:
    """Time a turn with much remembered, and a cold `samantha say` against an empty Python."""
    from samantha.bench.turn import LIMITS, measure  # noqa: PLC0415

    figures = measure(
        remembered=lines, turns=turns, cold_runs=cold_runs, tell=lambda words: print(words, file=sys.stderr)
    )
    if as_json:
        _print_json(figures)
    else:
        reach = {name: f"   to reach: {limit:g}" for name, limit in LIMITS.items()}
        _print("\n".join(f"{name:<36}{value:>12,.2f}{reach.get(name, '')}" for name, value in figures.items()))


def _piped() -> None:
    """Answer what comes through a pipe, line by line."""
    from samantha.front import talk_through_pipe  # noqa: PLC0415

    asyncio.run(talk_through_pipe(_config(agreed=True), sys.stdin.fileno()))


def _work(*requests: dict[str, Any], agreed: bool = False) -> list[dict[str, Any]]:
    """Have work done by whoever holds the file, and return its events; raise the first error."""
    from samantha.app import Doorway  # noqa: PLC0415

    async def ask() -> list[dict[str, Any]]:
        async with Doorway(_config(agreed=agreed), serve=False) as door:
            return [event for request in requests async for event in door.ask(request) if event["event"] != "done"]

    events = asyncio.run(ask())
    for event in events:
        if event["event"] == "error":
            raise ERRORS.get(event["code"], SamanthaError)(event["sentence"])
    return events


def _config(*, agreed: bool = False, ask: Callable[[str], str | None] | None = None) -> Any:
    """Read everything that is decided from outside, once."""
    import platformdirs  # noqa: PLC0415

    from samantha import place  # noqa: PLC0415
    from samantha.app import Config  # noqa: PLC0415
    from samantha.store.home import Home  # noqa: PLC0415
    from samantha.store.key import Places  # noqa: PLC0415
    from samantha.store.system_keyring import system_keyring  # noqa: PLC0415

    asked = click.get_current_context().find_root().meta.get("samantha.home") or os.environ.get("SAMANTHA_HOME")
    folder = Path(os.path.expanduser(asked)) if asked else Path(platformdirs.user_data_dir("samantha"))
    keys = Path(platformdirs.user_config_dir("samantha")) / "keys"
    return Config(
        home=Home(folder.absolute()),
        places=Places(keys, system_keyring, _passphrase(), ask or _ask_secret),
        clock=place.now,
        country=place.country(),
        agreed=agreed,
        announce=_tell,
    )


def _passphrase() -> str | None:
    """Take the passphrase out of the environment: a browser that we start has no business with it."""
    meta = click.get_current_context().find_root().meta
    given = os.environ.pop("SAMANTHA_PASSPHRASE", None)
    return meta.setdefault("samantha.passphrase", given) or None


def _ask_secret(prompt: str) -> str | None:
    """Ask for a secret at the terminal, unseen; never in a pipe, which carries what is said."""
    if not (_has_terminal() if _is_piped() else sys.stdin is not None and sys.stdin.isatty()):
        return None
    import getpass  # noqa: PLC0415

    return getpass.getpass(prompt) or None


def _read_secret(prompt: str) -> str | None:
    """Ask for a secret at the terminal; take it from a pipe where there is one, which carries nothing else."""
    return sys.stdin.readline().strip() or None if _is_piped() else _ask_secret(prompt)


def _has_terminal() -> bool:
    """Tell whether somebody can be asked beside the pipe, as getpass does."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _must_exist() -> None:
    from samantha.store import file  # noqa: PLC0415

    home = _config().home
    if not file.exists(home):
        raise WrongUse(f"There is no memory in {home.folder} yet; `samantha` begins one, or name another with --home.")


def _is_piped() -> bool:
    """Tell whether standard input brings lines: a pipe, a socket or a file, not a terminal and not nothing."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def _argument(text: str) -> str:
    """Return an argument without the surrogates that Python makes of bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _tell(sentence: str) -> None:
    print(f"samantha: {sentence}", file=sys.stderr)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _print_json(value: Any) -> None:
    _print(json.dumps(value, ensure_ascii=False, indent=1))


def _print_lines(lines: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        _print_json(lines)
        return
    if not lines:
        print("Nothing fits." if click.get_current_context().info_name == "search" else "Nothing yet.", file=sys.stderr)
    for line in lines:
        who = "you" if line["who"] == "person" else "she"
        _print(f"{line['id']:>6}  {line['when'][:16].replace('T', ' ')}  {who}: {_indented(line['text'])}")


def _print_facts(facts: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        _print_json(facts)
        return
    for fact in facts:
        _print(f"  {fact['says']}  (line {fact['line']}, {fact['learnt'][:10]})")


def _indented(text: str) -> str:
    return text.replace("\n", "\n" + " " * 31)
