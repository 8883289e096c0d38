"""The page in a real browser: talking, interrupting, forgetting, looking things up, meeting."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.web.browsing import IN_BROWSER, PHONE, Open, her, state, write
from tests.web.conftest import Page
from tests.web.door import MEETING, ScriptedDoor, past

pytestmark = IN_BROWSER


# ---- talking


def test_she_greets_and_says_what_she_is(opened: Open) -> None:
    tab = opened()
    expect(her(tab)).to_contain_text("Good evening, Theo.")
    expect(tab.locator("header")).to_contain_text("An AI, on this computer only")
    expect(state(tab)).to_contain_text("Here")
    expect(tab).to_have_title("Samantha")


def test_a_conversation(opened: Open, door: ScriptedDoor) -> None:
    tab = opened()
    expect(her(tab)).to_contain_text("Good evening")
    tab.get_by_label("Write to her").press_sequentially("I keep")
    tab.keyboard.press("Shift+Enter")
    tab.keyboard.type("starting the letter.")
    tab.keyboard.press("Enter")
    expect(her(tab)).to_contain_text(door.reply)
    expect(tab.locator(".you")).to_contain_text("I keep\nstarting the letter.", use_inner_text=True)
    expect(tab.get_by_label("Write to her")).to_have_value("")
    write(tab, "And again.")
    expect(tab.locator(".you")).to_contain_text("And again.")
    expect(tab.get_by_role("log")).to_contain_text("starting the letter.")  # the pair before has moved up
    expect(tab.get_by_role("log")).not_to_contain_text("And again.")


def test_the_field_grows_with_what_is_written(opened: Open) -> None:
    tab = opened()
    field = tab.get_by_label("Write to her")
    before = field.bounding_box()
    field.fill("one\ntwo\nthree\nfour")
    after = field.bounding_box()
    assert before
    assert after
    assert after["height"] > before["height"] + 40


def test_her_words_come_one_by_one_and_her_state_is_told(opened: Open, page: Page, door: ScriptedDoor) -> None:
    door.hold_after = 0
    tab = opened()
    write(tab, "hello")
    expect(state(tab)).to_contain_text("Thinking")
    door.hold_after = 3
    page.call(door.go.set)
    expect(state(tab)).to_contain_text("Speaking press Esc to interrupt", use_inner_text=True)
    expect(her(tab)).to_have_text("Samantha: What do you")
    page.call(door.go.set)
    expect(state(tab)).to_contain_text("Here")
    expect(her(tab)).to_contain_text(door.reply)


def interrupt_by_key(tab: Tab) -> None:
    """Press Esc."""
    tab.keyboard.press("Escape")


def interrupt_by_button(tab: Tab) -> None:
    """Press Stop."""
    tab.get_by_role("button", name="Stop").click()


@pytest.mark.parametrize("interrupt", [interrupt_by_key, interrupt_by_button])
def test_interrupting_keeps_what_was_shown(opened: Open, door: ScriptedDoor, interrupt: Callable[[Tab], None]) -> None:
    door.hold_after = 3
    tab = opened()
    write(tab, "hello")
    expect(her(tab)).to_contain_text("What do you")
    interrupt(tab)
    expect(her(tab)).to_have_text("Samantha: What do you interrupted")
    expect(state(tab)).to_contain_text("Here")
    assert [request["shown"] for request in door.requests if request["ask"] == "stop"] == [3]
    assert door.lines[-1]["text"] == "What do you"
    expect(tab.get_by_label("Write to her")).to_be_focused()


def test_writing_while_she_speaks_interrupts_her(opened: Open, door: ScriptedDoor) -> None:
    door.hold_after = 3
    tab = opened()
    write(tab, "hello")
    expect(her(tab)).to_contain_text("What do you")
    door.hold_after = None
    write(tab, "wait")
    expect(her(tab)).to_contain_text(door.reply)
    assert [line["text"] for line in door.lines] == ["hello", "What do you", "wait", door.reply]


def test_a_refusal_is_shown_and_the_words_stay(opened: Open, door: ScriptedDoor) -> None:
    door.refusal = {"code": "no-room", "sentence": "The disk is full: make room and say it again."}
    tab = opened()
    write(tab, "important words")
    expect(tab.get_by_role("alert")).to_contain_text("The disk is full: make room and say it again.")
    expect(tab.get_by_label("Write to her")).to_have_value("important words")


def test_markup_in_words_stays_text(opened: Open, door: ScriptedDoor) -> None:
    door.reply = '<img src=x onerror="alert(1)"> <b>bold</b>'
    tab = opened()
    write(tab, "<script>alert(1)</script>")
    expect(her(tab)).to_contain_text(door.reply)
    write(tab, "again")
    expect(tab.get_by_role("log")).to_contain_text("<script>alert(1)</script>")
    assert tab.locator("main img, main script, main b").count() == 0


def test_off_the_record_is_plain_to_see(opened: Open, door: ScriptedDoor) -> None:
    tab = opened()
    toggle = tab.get_by_role("button", name="Off the record")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(tab.get_by_role("status").first).to_contain_text("Off the record since 19:05: kept nowhere")
    write(tab, "between us")
    expect(her(tab)).to_contain_text(door.reply)
    assert door.lines == []
    toggle.click()
    expect(tab.locator(".badge")).to_be_hidden()


def test_her_name_follows_a_renaming(opened: Open, door: ScriptedDoor) -> None:
    tab = opened()
    expect(tab.locator("header")).to_contain_text("Samantha")
    door.her = "Ada"
    write(tab, "call yourself Ada")
    expect(tab.locator("header")).to_contain_text("Ada")
    expect(tab).to_have_title("Ada")


# ---- forgetting


def test_the_last_turn_is_forgotten_when_asked_twice(opened: Open, door: ScriptedDoor) -> None:
    tab = opened(PHONE)
    write(tab, "What I should not have said.")
    expect(her(tab)).to_contain_text(door.reply)
    tab.get_by_role("button", name="Forget the last").click()
    tab.get_by_role("button", name="Keep it").click()
    assert any("should not" in line["text"] for line in door.lines)
    tab.get_by_role("button", name="Forget the last").click()
    tab.get_by_role("button", name="Forget it").click()
    expect(tab.locator(".notice")).to_contain_text("Forgotten, for good.")
    assert not any("should not" in line["text"] for line in door.lines)
    expect(tab.get_by_text("What I should not have said.")).to_have_count(0)


def test_what_works_in_the_terminal_works_here(opened: Open, door: ScriptedDoor) -> None:
    tab = opened(PHONE)
    write(tab, "/off")
    expect(state(tab)).to_contain_text("Off the record")
    write(tab, "/on")
    expect(tab.locator(".badge")).to_be_hidden()
    write(tab, "/help")
    expect(tab.locator(".notice")).to_contain_text("Forget the last")
    write(tab, "/forget last")
    expect(tab.get_by_role("button", name="Forget it")).to_be_visible()
    assert not any(line["text"].startswith("/") for line in door.lines)


# ---- earlier talk


def test_scrolling_up_brings_older_lines(opened: Open, door: ScriptedDoor) -> None:
    door.lines = past(40)
    tab = opened()
    lines = tab.get_by_role("log").get_by_role("listitem")
    expect(lines).to_have_count(30)
    expect(tab.locator(".captions")).to_be_in_viewport()
    tab.mouse.move(600, 300)
    while lines.count() < 160:
        before = lines.count()
        tab.evaluate("scrollTo(0, 0)")
        expect(lines).not_to_have_count(before)
    expect(tab.get_by_text("This is where it begins.")).to_be_attached()
    expect(tab.get_by_role("heading", name="Monday, 5 January 2026")).to_be_attached()
    expect(lines.first).to_contain_text("19:20")
    assert [line["text"] for line in door.lines] == tab.locator("[role=log] .text").all_text_contents()


def test_what_is_being_read_stays_in_place_while_older_lines_come(opened: Open, door: ScriptedDoor) -> None:
    door.lines = past(40)
    tab = opened()
    tab.get_by_role("button", name="Earlier talk").click()
    line = tab.get_by_text("And this is answer 66.")
    lines = tab.get_by_role("log").get_by_role("listitem")
    tab.evaluate("scrollTo(0, 120)")
    before = line.bounding_box()
    expect(lines).to_have_count(60)
    after = line.bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) < 1


def test_a_hit_opens_in_its_place(opened: Open, door: ScriptedDoor) -> None:
    door.lines = past(60)
    tab = opened()
    tab.get_by_role("button", name="Earlier talk").click()
    expect(tab.get_by_label("Search what was said")).to_be_focused()
    tab.keyboard.type("answer 9.")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("One line fits “answer 9.”.")).to_be_visible()
    tab.get_by_role("button", name="And this is answer 9.").click()
    hit = tab.get_by_role("log").get_by_text("And this is answer 9.")
    expect(hit).to_be_in_viewport()
    expect(tab.get_by_text("This is what I said the 10. time.")).to_be_in_viewport()
    tab.get_by_role("button", name="Later lines").click()
    expect(tab.get_by_text("And this is answer 25.")).to_be_attached()
    tab.get_by_role("button", name="Back to now").click()
    expect(tab.get_by_text("And this is answer 120.")).to_be_attached()
    expect(tab.locator(".captions")).to_be_in_viewport()


def test_nothing_found_is_said(opened: Open, door: ScriptedDoor) -> None:
    door.lines = past(2)
    tab = opened()
    tab.get_by_role("button", name="Earlier talk").click()
    tab.get_by_label("Search what was said").fill("zebra")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("No lines fit “zebra”.")).to_be_visible()


def test_lines_can_be_copied(opened: Open, door: ScriptedDoor) -> None:
    door.lines = past(2)
    tab = opened(permissions=["clipboard-read", "clipboard-write"])
    tab.get_by_role("button", name="Earlier talk").click()
    tab.get_by_role("button", name="Copy: And this is answer 4.").focus()
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Copied")).to_be_visible()
    assert tab.evaluate("navigator.clipboard.readText()") == "This is what I said the 4. time."


def test_what_was_forgotten_leaves_the_page(opened: Open, door: ScriptedDoor) -> None:
    door.lines = past(3)
    tab = opened()
    expect(tab.get_by_role("log")).to_contain_text("answer 6.")
    del door.lines[-2:]
    write(tab, "thanks")
    expect(tab.get_by_role("log")).not_to_contain_text("answer 6.")
    expect(tab.get_by_role("log")).to_contain_text("answer 5.")


# ---- losing and finding each other


def test_unheard_words_are_kept_and_sent_again_only_when_asked(opened: Open, page: Page, door: ScriptedDoor) -> None:
    door.hold_before_heard = True
    tab = opened()
    write(tab, "precious words")
    expect(tab.get_by_label("Write to her")).to_have_value("")
    page.stop()
    expect(state(tab)).to_contain_text("Not connected")
    expect(tab.get_by_role("alert")).to_contain_text("what you wrote is still here")
    expect(tab.get_by_label("Write to her")).to_have_value("precious words")
    tab.keyboard.press("Enter")  # with nobody there, nothing is lost either
    expect(tab.get_by_label("Write to her")).to_have_value("precious words")
    door.hold_before_heard = False
    page.start()
    expect(tab.get_by_role("alert")).to_contain_text("She has not heard this yet.")
    assert len([request for request in door.requests if request["ask"] == "turn"]) == 1
    tab.get_by_role("button", name="Send again").click()
    expect(her(tab)).to_contain_text(door.reply)
    expect(tab.get_by_label("Write to her")).to_have_value("")
    assert [line["text"] for line in door.lines] == ["precious words", door.reply]


def test_words_she_had_heard_are_not_offered_again(opened: Open, page: Page, door: ScriptedDoor) -> None:
    door.hold_before_heard = True
    tab = opened()
    write(tab, "heard after all")
    expect(tab.get_by_label("Write to her")).to_have_value("")
    page.stop()
    expect(tab.get_by_label("Write to her")).to_have_value("heard after all")
    door.keep("person", "heard after all", 1)
    page.start()
    expect(tab.get_by_role("alert")).to_contain_text("She had heard your last words.")
    expect(tab.get_by_label("Write to her")).to_have_value("")


def test_a_reply_cut_by_the_connection_leaves_the_field_alone(opened: Open, page: Page, door: ScriptedDoor) -> None:
    door.hold_after = 3
    tab = opened()
    write(tab, "hello")
    expect(her(tab)).to_contain_text("What do you")
    page.stop()
    expect(state(tab)).to_contain_text("Not connected")
    expect(tab.get_by_label("Write to her")).to_have_value("")
    page.start()
    expect(state(tab)).to_contain_text("Here")
    expect(tab.locator(".notice")).to_be_empty()


def test_words_written_before_she_is_reached_stay(opened: Open, page: Page, door: ScriptedDoor) -> None:
    tab = opened()
    page.stop()
    expect(state(tab)).to_contain_text("Not connected")
    write(tab, "too early")
    expect(tab.get_by_label("Write to her")).to_have_value("too early")
    page.start()
    tab.get_by_role("button", name="Send again").click()
    expect(her(tab)).to_contain_text(door.reply)


# ---- the first meeting


def test_the_first_meeting_by_keyboard(opened: Open, door: ScriptedDoor) -> None:
    door.met, door.record = False, "unmet"
    tab = opened(permissions=["clipboard-read", "clipboard-write"])
    expect(tab.get_by_text("What may I call you?")).to_be_visible()
    expect(state(tab)).to_contain_text("Not remembered yet")
    tab.keyboard.press("Tab")  # to the skip link, which leads into the page
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    expect(tab.get_by_label("Your name")).to_be_focused()
    tab.keyboard.type("Theo\n")
    expect(tab.locator("#meeting-says")).to_be_focused()
    expect(tab.locator("#meeting-says")).to_contain_text("Are you over 18?")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab.get_by_label("Your answer")).to_be_focused()
    tab.keyboard.type("My sister Anna makes me laugh.\n")
    expect(tab.get_by_role("group", name="Your name is Theo").get_by_label("Keep", exact=True)).to_be_checked()
    for key in ("Tab", "Tab", "ArrowDown", "ArrowDown", "Enter"):
        tab.keyboard.press(key)
    expect(tab.get_by_role("list", name="Recovery phrase").get_by_role("listitem")).to_have_count(12)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Copied")).to_be_visible()
    assert tab.evaluate("navigator.clipboard.readText()") == MEETING[4]["phrase"]
    tab.get_by_role("button", name="I have written it down").press("Enter")
    expect(her(tab)).to_contain_text("Everything lies on this computer.")
    expect(tab.get_by_label("Write to her")).to_be_focused()
    expect(tab.locator(".badge")).to_be_hidden()
    answers = [request["answer"] for request in door.requests if request["ask"] == "meet" and "answer" in request]
    cards = {"a": "keep", "b": "let go"}
    laugh = {"text": "My sister Anna makes me laugh."}
    assert answers == [{"text": "Theo"}, {"choice": "yes"}, laugh, {"cards": cards}, {}]


def test_the_meeting_can_be_skipped(opened: Open, door: ScriptedDoor) -> None:
    door.met, door.record = False, "unmet"
    tab = opened(PHONE)
    tab.get_by_role("button", name="Skip all this").click()
    expect(state(tab)).to_contain_text("Not remembered yet")
    write(tab, "hello")
    expect(her(tab)).to_contain_text(door.reply)
    tab.get_by_role("button", name="Be remembered").click()
    expect(tab.get_by_role("list", name="Recovery phrase").get_by_role("listitem")).to_have_count(12)
    tab.get_by_role("button", name="I have written it down").click()
    expect(tab.locator(".badge")).to_be_hidden()
    expect(tab.locator("textarea")).to_be_visible()


def test_the_meeting_goes_on_where_the_connection_broke(opened: Open, page: Page, door: ScriptedDoor) -> None:
    door.met, door.record = False, "unmet"
    tab = opened()
    tab.get_by_label("Your name").fill("Theo")
    page.stop()
    expect(tab.get_by_role("alert")).to_contain_text("The connection to her is gone")
    page.start()
    expect(tab.locator(".notice")).to_be_empty()
    expect(tab.get_by_label("Your name")).to_have_value("Theo")


# ---- settings


def test_settings_are_kept(opened: Open, door: ScriptedDoor) -> None:
    tab = opened(at="#/settings")
    expect(tab.get_by_text("/home/theo/.local/share/samantha")).to_be_visible()
    tab.get_by_label("Dark").check()
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    tab.get_by_label("Keep her line still").check()
    tab.get_by_label("Where you live").select_option("Norway")
    expect(tab.get_by_text("Saved.")).to_be_visible()
    tab.get_by_role("link", name="Talk").click()
    expect(tab.get_by_role("button", name="Still")).to_have_attribute("aria-pressed", "true")
    assert (door.settings["theme"], door.settings["still"], door.settings["country"]) == ("dark", True, "NO")


def test_settings_are_looked_up_when_they_are_opened(opened: Open, door: ScriptedDoor) -> None:
    door.settings |= {"home": None, "key": None}
    tab = opened()
    door.settings |= {"home": "/new/home", "key": "passphrase"}
    tab.get_by_role("link", name="Settings").click()
    expect(tab.get_by_text("/new/home")).to_be_visible()
    expect(tab.get_by_text("made from your passphrase")).to_be_visible()
