"""`lms courses check` and `lms courses publish`, as promised: lines, exit codes, the same again publishes nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from lms.catalogue.commands import courses
from lms.catalogue.models import CourseVersion
from lms.core.db import db
from tests.courses import TINY


def run(app: Flask, *arguments: str | Path) -> Result:
    return CliRunner().invoke(courses, [str(each) for each in arguments], obj=lambda: app)


def versions(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(CourseVersion)) or 0


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(TINY, tmp_path / "tiny"))
    (folder / "01-labels" / "img" / "box.svg").unlink()
    return folder


def test_check_says_a_line_for_each_finding(app: Flask, broken: Path) -> None:
    found = run(app, "check", broken)
    lines = found.stdout.splitlines()
    assert found.exit_code == 1
    assert all(re.fullmatch(r".+:\d+: (error|warning): .+", line) for line in lines)
    assert any("01-labels/lesson.md:14: error: dead picture" in line for line in lines)


def test_check_is_content_with_warnings(app: Flask) -> None:
    found = run(app, "check", TINY)
    assert found.exit_code == 0
    assert {line.split(": ")[1] for line in found.stdout.splitlines()} == {"warning"}


def test_publish_prints_uid_and_hash_and_again_publishes_nothing(app: Flask) -> None:
    first, again = run(app, "publish", TINY), run(app, "publish", TINY)
    assert first.exit_code == again.exit_code == 0
    assert re.fullmatch(r"tiny [0-9a-f]{64}\n", first.stdout)
    assert again.stdout == first.stdout
    assert versions(app) == 1


def test_publish_takes_a_folder_of_courses(app: Flask, tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "a")
    assert run(app, "publish", tmp_path).stdout.startswith("tiny ")


def test_publish_refuses_an_unfit_course(app: Flask, broken: Path) -> None:
    refused = run(app, "publish", broken)
    assert refused.exit_code == 1
    assert "lesson.md:14: error: dead picture" in refused.stderr
    assert refused.stdout == ""
    assert versions(app) == 0


def test_one_unfit_course_stops_the_whole_folder(app: Flask, tmp_path: Path, broken: Path) -> None:
    shutil.copytree(TINY, tmp_path / "all" / "a")
    shutil.copytree(broken, tmp_path / "all" / "b")
    assert run(app, "publish", tmp_path / "all").exit_code == 1
    assert versions(app) == 0


@pytest.mark.parametrize("command", ["check", "publish"])
def test_a_path_that_is_not_there_is_wrong_use(app: Flask, tmp_path: Path, command: str) -> None:
    assert run(app, command, tmp_path / "nothing").exit_code == 2


@pytest.mark.parametrize("command", ["check", "publish"])
def test_a_folder_without_a_course_is_found_wanting(app: Flask, tmp_path: Path, command: str) -> None:
    assert run(app, command, tmp_path).exit_code == 1
