"""The workbench in a real Chromium: what is drawn and marked by finger, keys and mouse is what the database holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from lms.annotation.schemas import Kind
from tests.browser import bench
from tests.browser.conftest import PHONE, Live, Trouble
from tests.browser.nets import Net
from tests.browser.own_phone import BAR, send_now

# An emoji is two UTF-16 units and one code point; the full stop after 2026 is no part of the date.
NEWS = "\U0001f642 Rukn: افتتحت مؤسسة النور مكتبة جديدة في مدينة طرابلس يوم 14 تشرين الثاني 2026. وقالت ليلى منصور إن الأبواب مفتوحة."


def where(words: str) -> tuple[int, int]:
    """The half-open range of these words in the text, in code points."""
    start = NEWS.index(words)
    return start, start + len(words)


def word(page: Page, shown: str) -> Any:
    return page.locator("[data-token]").get_by_text(shown, exact=True)


def parts(page: Page) -> list[dict[str, Any]]:
    return list(json.loads(page.locator("[name=payload]").input_value()))


def open_boxes(page: Page) -> None:
    expect(page.locator(".over")).to_be_attached()
    expect(page.locator("[data-plain]")).to_have_count(0)


def send(page: Page, task: int) -> None:
    """Press the button and wait for another page."""
    button = page.locator(".done-bar button")
    button.tap() if page.viewport_size == PHONE else button.click()
    page.wait_for_url(lambda url: not url.endswith(f"/tasks/{task}"))


def near(box: dict[str, Any], *sides: float) -> None:
    """A finger is allowed two pixels of the picture."""
    assert [box[side] for side in "xywh"] == pytest.approx(list(sides), abs=2)


def test_by_finger_boxes_are_drawn_moved_resized_and_removed(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}")
    open_boxes(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    finger, picture = bench.Finger(page), bench.Picture(page)
    finger.drag(picture.at(100, 150), picture.at(180, 300))
    expect(page.locator("[data-parts] > li")).to_have_count(1)
    # Two taps are the other way: no drag is ever needed.
    finger.tap(picture.at(320, 150))
    finger.tap(picture.at(400, 300))
    expect(page.locator("[data-parts] > li")).to_have_count(2)
    page.locator("input[name=brush][value=Glass]").tap()
    picture = bench.Picture(page)
    finger.drag(picture.at(540, 150), picture.at(620, 300))
    expect(page.locator("[data-parts] > li")).to_have_count(3)
    near(parts(page)[2], 540, 150, 80, 150)
    page.locator("input[name=mode][value=move]").tap()
    picture = bench.Picture(page)
    finger.tap(picture.at(140, 225))
    expect(page.locator("[data-parts] > li.on [data-name]")).to_have_text("Teapot 1")
    finger.drag(picture.at(140, 225), picture.at(170, 245))
    near(parts(page)[0], 130, 170, 80, 150)
    finger.drag(picture.at(210, 320), picture.at(230, 340))
    near(parts(page)[0], 130, 170, 100, 170)
    page.locator("[data-parts] > li").nth(1).locator("[data-do=remove]").tap()
    expect(page.locator("[data-parts] > li")).to_have_count(2)
    send(page, task)
    answer = bench.stored(live, task)
    assert answer is not None
    assert [part["label"] for part in answer] == ["Teapot", "Glass"]
    near(answer[0], 130, 170, 100, 170)
    near(answer[1], 540, 150, 80, 150)


def test_in_move_the_finger_scrolls_and_draws_nothing(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}")
    open_boxes(page)
    finger = bench.Finger(page)
    picture = bench.Picture(page)
    stood = page.evaluate("scrollY")
    finger.drag(picture.at(300, 300), picture.at(305, 60))
    expect(page.locator("[data-parts] > li")).to_have_count(1)
    assert page.evaluate("scrollY") == stood
    page.locator("input[name=mode][value=move]").tap()
    picture = bench.Picture(page)
    stood = page.evaluate("scrollY")
    page.evaluate("addEventListener('scrollend', () => { document.title = 'scrolled'; })")
    finger.drag(picture.at(600, 400), picture.at(600, 60))
    expect(page).to_have_title("scrolled")
    assert page.evaluate("scrollY") > stood + 40
    assert len(parts(page)) == 1


def test_by_keys_alone_a_box_is_made_moved_sized_labelled_and_sent(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", desk=True)
    open_boxes(page)
    press = page.keyboard.press
    press("3")
    press("n")  # a quarter of 720 x 440 in the middle
    for key, times in (("ArrowLeft", 10), ("ArrowUp", 5), ("Shift+ArrowRight", 4), ("Shift+ArrowDown", 2)):  # a step is 7 pixels
        for _time in range(times):
            press(key)
    near(parts(page)[0], 270 - 70, 165 - 35, 180 + 28, 110 + 14)
    press("n")
    press("Delete")
    expect(page.locator("[data-parts] > li")).to_have_count(1)
    press("z")
    expect(page.locator("[data-parts] > li")).to_have_count(2)
    press("2")
    # The exact numbers, in the digits of her keyboard.
    bench.tab_to(page, "[data-parts] > li:nth-child(2) [data-side=x]")
    press("ControlOrMeta+a")
    page.keyboard.type("٤٢٫٥")
    press("Enter")
    assert parts(page)[1]["x"] == 42.5
    bench.tab_to(page, "[data-stage]", back=True)
    press("Escape")
    press("Enter")
    page.wait_for_url(lambda url: not url.endswith(f"/tasks/{task}"))
    answer = bench.stored(live, task)
    assert answer is not None
    assert [part["label"] for part in answer] == ["Bread", "Glass"]
    near(answer[0], 200, 130, 208, 124)
    assert answer[1]["x"] == 42.5


def test_enter_sends_no_empty_answer_but_the_button_does(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", desk=True)
    open_boxes(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-say]")).to_contain_text("Nothing is marked yet")
    assert bench.stored(live, task) is None
    send(page, task)
    assert bench.stored(live, task) == []


def test_by_mouse_a_box_is_clipped_to_the_picture_and_kept_on_the_server(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", desk=True)
    open_boxes(page)
    picture = bench.Picture(page)
    page.mouse.move(*picture.at(600, 350))
    page.mouse.down()
    page.mouse.move(*picture.at(700, 420), steps=4)
    page.mouse.move(*picture.at(760, 470), steps=4)
    page.mouse.up()
    expect(page.locator("[data-parts] > li")).to_have_count(1)
    near(parts(page)[0], 600, 350, bench.WIDTH - 600, bench.HEIGHT - 350)
    expect(page.locator("[data-saved] span")).to_contain_text("Saved, ")
    version, kept = bench.draft(live, task)
    assert version == 1
    assert kept == parts(page)
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:'))") == []


def test_without_a_network_an_own_phone_keeps_the_answer_and_sends_it_itself(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live, items=1)  # with a second one kept in time she would be led on to it
    page = page_as("amina", at=f"/work/tasks/{task}")
    open_boxes(page)
    net = Net(live.app)  # a route of the page's own does not hold back its worker, which sends too
    net.down = True
    finger, picture = bench.Finger(page), bench.Picture(page)
    finger.drag(picture.at(100, 150), picture.at(180, 300))
    expect(page.locator("[data-saved] span")).to_contain_text("Saved on this phone")
    page.locator(".done-bar button").tap()
    expect(page.locator("[data-trouble]")).to_contain_text("We will send it when you are online")
    assert bench.stored(live, task) is None
    expect(page.locator(BAR)).to_contain_text("1 answer is not sent yet")
    net.down = False
    send_now(page)
    answer = bench.stored(live, task)
    assert answer is not None
    near(answer[0], 100, 150, 80, 150)
    page.wait_for_function("Object.keys(localStorage).every(key => !key.startsWith('draft:'))")


def test_without_a_network_a_shared_phone_says_so_and_keeps_the_drawing_on_the_page(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", device="shared")
    open_boxes(page)
    page.route("**/draft", lambda route: route.abort())
    page.route("**/answer", lambda route: route.abort())
    finger, picture = bench.Finger(page), bench.Picture(page)
    finger.drag(picture.at(100, 150), picture.at(180, 300))
    page.locator(".done-bar button").tap()
    expect(page.locator("[data-trouble]")).to_contain_text("This needs internet")
    expect(page.locator("[data-saved] span")).to_have_text("Not sent yet")
    assert bench.stored(live, task) is None
    assert page.evaluate("localStorage.length") == 0, "who holds the phone next would find it"
    page.reload()
    expect(page.locator("[data-parts] > li")).to_have_count(1)
    page.unroute("**/draft")
    page.unroute("**/answer")
    send(page, task)
    answer = bench.stored(live, task)
    assert answer is not None
    near(answer[0], 100, 150, 80, 150)
    page.evaluate("sessionStorage.setItem('draft::0', 'of another item')")
    page.goto("/me")
    page.route("**/sign-out", lambda route: route.fulfill(status=204))
    page.locator('form[action="/sign-out"] button').first.tap()
    page.wait_for_function("localStorage.length + sessionStorage.length === 0")


def test_a_change_on_another_phone_is_told_and_hers_stays(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    here, there = (page_as("amina", at=f"/work/tasks/{task}", desk=True) for _phone in range(2))
    for page in (here, there):
        open_boxes(page)
    here.keyboard.press("n")
    here.keyboard.press("2")
    expect(here.locator("[data-saved] span")).to_contain_text("Saved, ")
    there.keyboard.press("n")
    there.keyboard.press("3")
    expect(there.locator("[data-trouble]")).to_contain_text("You changed this on another phone")
    assert [part["label"] for part in parts(there)] == ["Bread"]
    there.get_by_role("button", name="Take the other one").click()
    assert [part["label"] for part in parts(there)] == ["Glass"]
    there.keyboard.press("z")
    assert [part["label"] for part in parts(there)] == ["Bread"]
    expect(there.locator("[data-saved] span")).to_contain_text("Saved, ")
    assert [part["label"] for part in bench.draft(live, task)[1]] == ["Bread"]


def test_a_second_tap_sends_once(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", desk=True)
    open_boxes(page)
    seen: list[str] = []

    def slowly(route: Route) -> None:
        seen.append(route.request.url)
        page.wait_for_timeout(300)
        route.continue_()

    page.route("**/answer", slowly)
    page.keyboard.press("n")
    page.locator(".done-bar button").dblclick()
    page.wait_for_url(lambda url: not url.endswith(f"/tasks/{task}"))
    assert len(seen) == 1
    assert bench.stored(live, task) is not None


def test_by_finger_names_in_arabic_are_marked(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.texts(live, NEWS)
    page = page_as("amina", at=f"/work/tasks/{task}", lang="ar")
    text = page.locator(".text.live")
    expect(text).to_be_attached()
    assert page.locator("html").get_attribute("dir") == "rtl"
    kept = page.evaluate("fetch(location.pathname).then(page => page.text()).then(text => Queue.parts(text).map(url => url.split('?')[0]))")
    assert "/static/js/workbench-spans.js" in kept
    assert not [url for url in kept if "/vendor/" in url], "what a mouse alone needs is not brought to a phone"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    word(page, "مؤسسة").tap()
    expect(word(page, "مؤسسة")).to_have_attribute("aria-pressed", "true")
    word(page, "النور").tap()
    page.locator("[data-label]").nth(1).tap()
    expect(page.locator("mark .lab")).to_have_text("٢ LOC")
    # The last word first is the same; one word alone needs one tap and its label.
    word(page, "2026").tap()
    word(page, "14").tap()
    page.locator("[data-label]").nth(0).tap()
    word(page, "طرابلس").tap()
    page.locator("[data-do=only]").tap()
    page.locator("[data-label]").nth(1).tap()
    word(page, "جديدة").tap()
    page.locator("[data-label]").nth(0).tap()
    expect(page.locator("[data-parts] > li")).to_have_count(4)
    page.locator("[data-parts] > li").nth(3).locator("[data-do=remove]").tap()
    send(page, task)
    answer = bench.stored(live, task)
    assert answer is not None
    found = {(part["start"], part["end"]): part["label"] for part in answer}
    assert found == {where("مؤسسة النور"): "LOC", where("14 تشرين الثاني 2026"): "PER", where("طرابلس"): "LOC"}


def test_by_keys_alone_names_in_arabic_are_marked(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.texts(live, NEWS)
    page = page_as("amina", at=f"/work/tasks/{task}", desk=True)
    press = page.keyboard.press
    expect(page.locator(".text.live")).to_be_attached()
    bench.tab_to(page, "[data-token]", "ليلى")
    press("Enter")
    press("ArrowLeft")  # in a text that runs to the left, the next word is on the left
    press("Enter")
    press("1")
    assert [(part["start"], part["end"], part["label"]) for part in parts(page)] == [(*where("ليلى منصور"), "PER")]
    press("Control+Enter")
    page.wait_for_url(lambda url: not url.endswith(f"/tasks/{task}"))
    answer = bench.stored(live, task)
    assert answer is not None
    assert [(part["start"], part["end"]) for part in answer] == [where("ليلى منصور")]


def test_by_mouse_a_part_of_a_word_can_be_marked(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.texts(live, NEWS)
    with (page := page_as("amina", desk=True)).expect_response("**/text-annotator.umd.js*"):
        page.goto(f"/work/tasks/{task}")
    expect(page.locator(".r6o-annotatable")).to_be_attached()
    first, last = word(page, "مدينة").bounding_box(), word(page, "طرابلس").bounding_box()
    page.mouse.move(first["x"] + first["width"] - 12, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + 8, last["y"] + last["height"] / 2, steps=10)
    chosen = page.evaluate("getSelection().toString()")
    assert last["x"] < first["x"], "Arabic words run to the left, in a Latin text too"
    page.wait_for_timeout(bench.REST)  # a hand rests before it lets go
    page.mouse.up()
    expect(page.locator("mark.now").first).to_be_attached()
    page.keyboard.press("1")
    assert chosen.endswith(" طرابلس")
    assert [(part["start"], part["end"], part["label"]) for part in parts(page)] == [(*where(chosen), "PER")]


def test_a_phone_does_not_load_the_annotator(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.texts(live, NEWS)
    page = page_as("amina")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/work/tasks/{task}")
    expect(page.locator(".text.live")).to_be_attached()
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "text-annotator" in url or "annotorious" in url]


def test_a_choice_is_made_by_its_digit_and_sent_by_enter(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.texts(live, NEWS, kind=Kind.CHOICE, labels=("cat", "dog", "bird"))
    page = page_as("amina", at=f"/work/tasks/{task}", desk=True)
    page.keyboard.press("3")
    expect(page.locator("input[name=label][value=bird]")).to_be_checked()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith(f"/tasks/{task}"))
    assert [part["label"] for part in bench.stored(live, task) or []] == ["dog"]


def test_without_script_the_plain_fields_stay(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", java_script_enabled=False)
    expect(page.locator("[data-plain]")).to_be_visible()
    expect(page.locator("[data-scripted]").first).to_be_hidden()
    for side, value in zip("xywh", ("100", "150", "80", "150"), strict=True):
        page.locator(f"[name={side}-0]").fill(value)
    send(page, task)
    answer = bench.stored(live, task)
    assert answer is not None
    near(answer[0], 100, 150, 80, 150)


def test_signed_out_meanwhile_she_is_told_and_nothing_is_lost(live: Live, page_as: Callable[..., Page], trouble: Trouble) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", desk=True)
    open_boxes(page)
    page.keyboard.press("n")
    page.context.clear_cookies()
    page.locator(".done-bar button").click()
    expect(page.locator("[data-trouble] a")).to_be_visible()
    assert page.locator("[data-trouble] a").get_attribute("href") == f"/sign-in?next=/work/tasks/{task}"
    whose = page.locator("#phone-bar").get_attribute("data-user")
    assert whose
    assert page.evaluate("Object.keys(localStorage)") == [f"draft:{whose}:{task}"], "the key tells nobody's number"
