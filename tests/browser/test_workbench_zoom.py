"""Zoom that keeps its place, the guideline while drawing, and what the workbench fetches. In a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import bench
from tests.browser.conftest import Live

BUDGET = 120_000
"""Bytes of scripts, styles and page the workbench may cost without its picture."""


def pinch(page: Page, one: tuple[float, float], other: tuple[float, float], by: float) -> None:
    """Two fingers on the picture move apart, or together, round the point between them."""
    wire = page.context.new_cdp_session(page)
    middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)

    def touch(kind: str, share: float | None, fingers: int = 2) -> None:
        spots = [] if share is None else [
            {"x": middle[0] + (x - middle[0]) * share, "y": middle[1] + (y - middle[1]) * share, "id": n}
            for n, (x, y) in enumerate((one, other)[:fingers])
        ]  # fmt: skip
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    touch("touchStart", 1, 1)
    touch("touchStart", 1)
    for step in range(1, 11):
        touch("touchMove", 1 + (by - 1) * step / 10)
    page.wait_for_timeout(bench.REST)
    touch("touchEnd", None)
    page.wait_for_timeout(bench.REST)


def wide(page: Page) -> float:
    """How many times wider than its stage the picture is."""
    return float(
        page.evaluate("document.querySelector('.pic').getBoundingClientRect().width / document.querySelector('[data-stage]').clientWidth")
    )


@pytest.mark.parametrize("mode", ["draw", "move"])
def test_two_fingers_zoom_round_the_point_between_them_and_draw_nothing(live: Live, page_as: Callable[..., Page], mode: str) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}")
    expect(page.locator(".over")).to_be_attached()
    page.locator(f"input[name=mode][value={mode}]").tap()
    picture = bench.Picture(page)
    one, other = picture.at(300, 150), picture.at(420, 250)
    pinch(page, one, other, 2)
    assert wide(page) == pytest.approx(2, abs=0.1)
    assert page.evaluate("visualViewport.scale") == 1, "the page itself is not zoomed"
    after = page.locator(".pic").bounding_box() or {}
    scale = after["width"] / bench.WIDTH
    middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
    assert after["x"] + 360 * scale == pytest.approx(middle[0], abs=3)
    assert page.locator("[data-parts] > li").count() == 0
    # Drawing goes on in the picture's own pixels.
    page.locator("input[name=mode][value=draw]").tap()
    finger = bench.Finger(page)
    box = page.locator(".pic").bounding_box() or {}
    shown = page.locator("[data-stage]").bounding_box() or {}
    start, end = (shown["x"] + 60, shown["y"] + 60), (shown["x"] + 160, shown["y"] + 140)
    finger.drag(start, end)
    expect(page.locator("[data-parts] > li")).to_have_count(1)
    (drawn,) = json.loads(page.locator("[name=payload]").input_value())
    assert drawn["x"] == pytest.approx((start[0] - box["x"]) / scale, abs=2)
    assert drawn["w"] == pytest.approx(100 / scale, abs=2)
    pinch(page, (shown["x"] + 60, shown["y"] + 60), (shown["x"] + 260, shown["y"] + 160), 0.2)
    assert wide(page) == pytest.approx(1, abs=0.01)
    assert page.locator("[data-parts] > li").count() == 1


def test_a_box_that_two_fingers_meet_is_not_dragged_on_afterwards(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}")
    expect(page.locator(".over")).to_be_attached()
    finger, picture = bench.Finger(page), bench.Picture(page)
    finger.drag(picture.at(260, 100), picture.at(460, 340))
    page.locator("input[name=mode][value=move]").tap()
    finger.tap(bench.Picture(page).at(360, 220))
    expect(page.locator("[data-parts] > li.on")).to_have_count(1)
    before = page.locator("[name=payload]").input_value()
    picture = bench.Picture(page)
    pinch(page, picture.at(330, 200), picture.at(390, 240), 2)
    assert page.locator("[name=payload]").input_value() == before
    for spot in ((330, 200), (380, 260), (420, 300)):  # nothing is pressed
        page.mouse.move(*picture.at(*spot))
    assert page.locator("[name=payload]").input_value() == before


@pytest.mark.parametrize("desk", [False, True])
def test_the_buttons_keep_the_middle_of_what_is_seen(live: Live, page_as: Callable[..., Page], desk: bool) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", desk=desk)
    expect(page.locator(".over")).to_be_attached()

    def middle() -> list[float]:
        """The point of the picture in the middle of the stage, in shares of it."""
        return list(
            page.evaluate("""() => {
            const stage = document.querySelector('[data-stage]'), seen = stage.getBoundingClientRect();
            const pic = document.querySelector('.pic').getBoundingClientRect();
            return [(seen.left + stage.clientWidth / 2 - pic.left) / pic.width, (seen.top + stage.clientHeight / 2 - pic.top) / pic.height];
        }""")
        )

    closer, farther = page.locator("[data-do=zoom-in]"), page.locator("[data-do=zoom-out]")
    expect(closer).to_be_visible()
    for _step in range(2):
        closer.click()
    assert middle() == pytest.approx([0.5, 0.5], abs=0.01)
    page.evaluate("document.querySelector('[data-stage]').scrollBy(90, 40)")
    seen = middle()
    assert seen[0] > 0.55
    for button in (closer, closer, farther):
        button.click()
    assert middle() == pytest.approx(seen, abs=0.02)
    closer.click()
    expect(closer).to_have_attribute("aria-disabled", "true")
    for _step in range(5):
        farther.click(force=True)
    expect(farther).to_have_attribute("aria-disabled", "true")
    assert wide(page) == pytest.approx(1, abs=0.01)


def test_the_guideline_can_be_read_while_a_box_is_open(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}")
    expect(page.locator(".over")).to_be_attached()
    finger, picture = bench.Finger(page), bench.Picture(page)
    finger.drag(picture.at(100, 150), picture.at(180, 300))
    page.locator("[data-parts] > li [data-do=edit]").tap()
    picture = bench.Picture(page)  # the picture fills the eye, and its tools
    link = page.locator("a[href='#rule']")
    assert 0 <= (link.bounding_box() or {})["y"] < 700
    link.tap()
    expect(page.get_by_text("Mark every name. Leave the full stop out.")).to_be_visible()
    expect(page.locator("[data-parts] > li.on")).to_have_count(1)
    page.get_by_role("link", name="Back to the item").tap()
    expect(page.locator(".tools")).to_be_in_viewport()
    expect(page.locator("[data-parts] > li.on")).to_have_count(1)


def pictures_fetched(page: Page, task: int, *, saving: bool) -> list[int]:
    """The tasks whose pictures were fetched to show this one."""
    page.context.add_init_script(
        f"Object.defineProperty(navigator, 'connection', {{value: {{saveData: {str(saving).lower()}, effectiveType: '4g'}}}})"
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/work/tasks/{task}")
    expect(page.locator(".over")).to_be_attached()
    page.wait_for_load_state("networkidle")
    return sorted({int(url.split("/")[-2]) for url in asked if url.endswith("/picture")})


@pytest.mark.parametrize("saving", [False, True])
def test_the_next_three_pictures_come_ahead_but_not_where_data_is_saved(live: Live, page_as: Callable[..., Page], saving: bool) -> None:
    task = bench.boxes(live, items=5)
    fetched = pictures_fetched(page_as("amina"), task, saving=saving)
    assert fetched == ([task] if saving else [task, task + 1, task + 2, task + 3])


@pytest.mark.parametrize("kind", ["boxes", "spans"])
def test_the_workbench_keeps_its_budget(live: Live, page_as: Callable[..., Page], kind: str) -> None:
    """Everything but the picture, on the wire, with nothing in the browser's store."""
    task = bench.boxes(live) if kind == "boxes" else bench.texts(live, "Layla lives in Tripoli.")
    page = page_as("amina", desk=True)
    wire, sizes, names = page.context.new_cdp_session(page), {}, {}
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.on("Network.responseReceived", lambda event: names.update({event["requestId"]: event["response"]["url"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(f"/work/tasks/{task}")
    expect(page.locator(".over" if kind == "boxes" else ".text.live")).to_be_attached()
    page.wait_for_load_state("networkidle")
    cost = {names[id]: size for id, size in sizes.items() if id in names and "/picture" not in names[id]}
    assert sum(cost.values()) <= BUDGET, cost
    assert len(cost) >= 6
