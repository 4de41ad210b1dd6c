"""The page on which a mentor marks: drawn after every step that leads back to it."""

from __future__ import annotations

from flask import g, render_template, request
from markupsafe import Markup

from lms.catalogue import queries as catalogue
from lms.core.access import me
from lms.core.i18n import language
from lms.grading import phrases, queries, sending
from lms.grading.desk import how_many_wait
from lms.grading.forms import MarkForm
from lms.grading.models import Submission


def mark_page(submission: Submission, form: MarkForm, marks: dict[str, str] | None = None) -> str:
    """The answer and the mark beside it: the form with what was typed, or the mark that was given."""
    g.records = True  # this page alone may ask for the microphone, and play what it recorded
    task = queries.task(submission)
    html, shown = catalogue.assignment_html(submission.version_id, submission.assignment_uid, language())
    given = sending.mark_of(submission, early=True)
    return render_template(
        "grading/check.html",
        submission=submission,
        task=task,
        form=form,
        brief=Markup(html),  # noqa: S704  # sanitised at publish
        shown=shown,
        files=queries.files_of(submission),
        earlier=queries.earlier(submission),
        given=given,
        marks=marks or (given.marks if given else {}),
        mine=task.held_by is not None and task.held_by.id == me().id,
        error=bool(form.errors),
        follows=how_many_wait(me()) > 1,
        voice=sending.voice_of(submission, early=True),
        undo=sending.can_be_undone(me()),
        phrases=phrases.all_of(me()),
        words_for=phrases.words_for,
        phrases_open=request.endpoint in {"grading_phrases.insert", "grading_phrases.keep"},
    )
