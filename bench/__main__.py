"""One run: the floor and the school side by side, the table at the end. `.venv/bin/python -m bench --help`."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from bench import rounds, school, table, wire
from bench.rounds import FLOOR, Page
from bench.serving import Answer, Phone, Server
from bench.table import Row
from lms.core.db import db
from tests.servers import Postgres
from tests.statements import counted

HERE = Path(__file__).parent
LESSON, QUIZ = "/learn/bench/long", "/learn/bench/long/quiz"
LIMITS = {
    "lesson": "2", "lesson, nothing new (304)": "", "Today": "4", "Learn": "", "road of a course": "", "quiz submit": "10",
    "next annotation task": "8",
}  # fmt: skip
ON_POSTGRES = {"lesson": "4", "Today": "8"}
GROWN = ("lesson", "Today", "Learn", "road of a course", "next annotation task")


def main() -> None:
    """Measure what the arguments ask for, print it, and write it beside this file."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        small = Path(folder) / "school"
        small.mkdir()
        made = school.build(small, attempts=asked.rounds * asked.each + 100)
        parts = [("CPU beside the bare page", _cpu(small, made, asked)), ("Statements of SQL", _statements(small, made))]
        if not asked.no_wire:
            parts.append(("On the wire", _wire(small, made)))
        if asked.postgres:
            parts.append(_on_postgres(Path(folder) / "other", asked))
        if asked.growth:
            parts.append((f"CPU with {asked.growth[1]:,} trainees beside {asked.growth[0]:,}", _growth(small, made, asked)))
    how = (
        f"CPU: {asked.rounds} rounds of {asked.each} requests in turn on one kept connection, the median of the rounds' ratios (least to "
        "most); one gthread worker of eight threads, SQLite, gzip and brotli asked for as a phone does."
    )
    table.write(asked.out, parts, how)
    print(asked.out.read_text("utf-8"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the school beside a bare Flask page, in one run.")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each page (9)")
    parser.add_argument("--each", type=int, default=60, help="requests of a page in a round (60)")
    parser.add_argument("--growth", type=int, nargs=2, metavar=("FEW", "MANY"), help="trainees in two databases: --growth 100 10000")
    parser.add_argument("--postgres", action="store_true", help="CPU once more with a PostgreSQL of the run's own")
    parser.add_argument("--no-wire", action="store_true", help="leave Chromium out")
    parser.add_argument("--out", type=Path, default=HERE / "figures.md", help="where the table is written (bench/figures.md)")
    return parser.parse_args()


@contextmanager
def _served(folder: Path, **more: str) -> Iterator[tuple[Server, Phone]]:
    """A school that answers, and its reader's phone."""
    with Server("wsgi:app", school.environment(folder, **more)) as server:
        reader = Phone(server)
        reader.sign_in(_name(school.READER), school.PASSWORD)
        yield server, reader


def _name(person: str) -> str:
    return person.lower().replace(" ", ".")


def _pages(server: Server, reader: Phone, made: school.Made) -> list[Page]:
    """What a trainee opens most."""
    tag = str(reader.get(LESSON).head["ETag"])
    addresses = {"lesson": LESSON, "Today": "/today", "Learn": "/learn", "road of a course": "/learn/bench"}
    pages = [Page(name, server, lambda path=path: reader.get(path)) for name, path in addresses.items()]  # type: ignore[misc]
    pages.append(Page("next annotation task", server, lambda: reader.get(f"/work/tasks/{made.task}")))
    pages.append(Page("lesson, nothing new (304)", server, lambda: reader.get(LESSON, If_None_Match=tag)))
    return pages


def _cpu(folder: Path, made: school.Made, asked: argparse.Namespace, limits: Mapping[str, str] = LIMITS, **more: str) -> list[Row]:
    with ExitStack() as stack:
        floor = stack.enter_context(Server("bench.floor:app"))
        bare = Phone(floor)
        bare.get("/enter")
        server, reader = stack.enter_context(_served(folder, **more))
        sender, begun = Phone(server), iter(made.attempts)
        sender.sign_in(_name(school.SENDER), school.PASSWORD)
        token = sender.token(f"{QUIZ}/{made.attempts[-1]}/answers")
        pages = [Page(FLOOR, floor, lambda: bare.get("/page")), *_pages(server, reader, made)]
        pages.append(Page("quiz submit", server, lambda: sender.post(f"{QUIZ}/{next(begun)}/answers", {"csrf_token": token})))
        rounds.run(pages, rounds=asked.rounds, each=asked.each)
        told = [(page, str(rounds.ratio(page, pages[0])), f"{median(page.spent):.2f} ms") for page in pages]
        return [Row(page.name, ratio, limits.get(page.name, ""), spent) for page, ratio, spent in told]


def _on_postgres(folder: Path, asked: argparse.Namespace) -> tuple[str, list[Row]]:
    """The same rounds with a database server of their own; its processes are not counted."""
    title = "CPU beside the bare page, on PostgreSQL (without the database's own processes)"
    own = Postgres.start()
    if own is None:
        return title, [Row("PostgreSQL is not installed here, so nothing was measured", "", "")]
    try:
        folder.mkdir()
        url = {"LMS_DATABASE_URL": own.new_database()}
        made = school.build(folder, attempts=asked.rounds * asked.each + 100, **url)
        return title, _cpu(folder, made, asked, ON_POSTGRES, **url)
    finally:
        own.stop()


def _growth(small: Path, made: school.Made, asked: argparse.Namespace) -> list[Row]:
    few, many = asked.growth
    with ExitStack() as stack:
        both: list[list[Page]] = []
        for trainees in (few, many):
            folder = small.with_name(f"school-of-{trainees}")
            shutil.copytree(small, folder)
            school.grow(folder, trainees)
            both.append([page for page in _pages(*stack.enter_context(_served(folder)), made) if page.name in GROWN])
        pages = [page for pair in zip(*both, strict=True) for page in pair]
        rounds.run(pages, rounds=asked.rounds, each=asked.each, seed=2)
        pairs = list(zip(*both, strict=True))
        told = [f"{_size(base):,} and {_size(page):,} bytes" for base, page in pairs]
        return [Row(page.name, str(rounds.ratio(page, base)), "1.2", note) for (base, page), note in zip(pairs, told, strict=True)]


def _statements(folder: Path, made: school.Made) -> list[Row]:
    """Counted in a warm process of our own, where the engine can be listened to."""
    app = school.application(folder)
    client = app.test_client()
    with ExitStack() as stack:
        _server, reader = stack.enter_context(_served(folder))
        for name, value in reader.cookies.items():
            client.set_cookie(name, value)
    found = []
    pages = {"lesson": LESSON, "Today": "/today", "Learn": "/learn", "road of a course": "/learn/bench"}
    pages["next annotation task"] = f"/work/tasks/{made.task}"
    for name, path in pages.items():
        client.get(path)
        with counted() as sent:
            client.get(path)
        found.append(Row(name, str(len(sent)), "6"))
    with app.app_context():
        db.engine.dispose()
    return found


def _wire(folder: Path, made: school.Made) -> list[Row]:
    """Chromium's own count of what comes over the line, with an empty store, then once more."""
    with _served(folder) as (server, reader), wire.chromium() as playwright:
        browser = wire.phone(playwright, server.address, reader.cookies)
        page = browser.new_page()
        cold = wire.load(page, LESSON)
        page.goto("about:blank")
        warm = wire.load(page, LESSON)
        page.goto("about:blank")
        today = wire.load(page, "/today")
        page.goto("about:blank")
        work = wire.load(page, f"/work/tasks/{made.task}")
        requests, size = cold.but_pictures
        return [
            Row("lesson of 1,500 words, cold: its last word there after", _kb(wire.until(b"</article>", reader.get(LESSON))), "6 KB"),
            Row("the same with what stands below the text", _kb(cold.of("Document", "Stylesheet")), ""),
            Row("all but pictures", f"{requests} requests, {_kb(size)}", "4 requests, 20 KB"),
            Row("script, deferred", _kb(cold.of("Script")), "10 KB"),
            Row("with pictures", f"{cold.all[0]} requests, {_kb(cold.all[1])}", ""),
            Row("lesson, warm", f"{warm.all[0]} request(s), {_kb(warm.all[1])}", "1 request, 1 KB"),
            Row("then Today", f"{today.all[0]} request(s), {_kb(today.all[1])}", ""),
            Row("then a box to draw, all but its picture", f"{work.but_pictures[0]} requests, {_kb(work.but_pictures[1])}", "120 KB"),
        ]


def _size(page: Page) -> int:
    """Bytes of one answer, head and all."""
    answer = page.ask()
    assert isinstance(answer, Answer)
    return len(answer.body) + sum(len(f"{name}: {value}\r\n") for name, value in answer.head.items())


def _kb(count: int) -> str:
    return f"{count / 1000:.1f} KB"


if __name__ == "__main__":
    main()
