"""Every address of `access.txt` that names a row: whose it is, who of the other half must not find it, and who has the wrong role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

STAFF_HOUSE = "staff are one house: they see both halves"
FINANCE_HOUSE = "finance is one house: it pays both halves"


@dataclass(frozen=True)
class Line:
    """One address: who may, who of the other half must not find it, who has the wrong role; or why there is no other half."""

    rule: str
    owner: str
    others: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("fay",)
    one_house: str = ""
    method: str = "GET"


def post(rule: str, *args: Any, **more: Any) -> Line:
    return Line(rule, *args, method="POST", **more)


LEARN, QUIZ = "/learn/<course>/<lesson>", "/learn/<course>/<lesson>/quiz/<int:attempt>"
TASK, BATCH = "/work/tasks/<int:id>", "/payouts/<int:id>"
GRANT = "/payouts/funds/grants/<int:grant>"
TRAINEE: dict[str, Any] = {"others": ("hana",), "roles": ("bilal", "efe", "dana", "fay")}
MENTOR: dict[str, Any] = {"others": ("chen",), "roles": ("amina", "efe", "dana", "fay")}
STAFF: dict[str, Any] = {"one_house": STAFF_HOUSE, "roles": ("amina", "bilal", "efe", "fay")}
FINANCE: dict[str, Any] = {"one_house": FINANCE_HOUSE, "roles": ("amina", "bilal", "efe", "dana")}

LINES: tuple[Line, ...] = (
    Line("/applications/<int:id>", "efe", ("goran",), ("amina", "bilal", "fay")),
    post("/applications/<int:id>/acceptance", "dana", **STAFF),
    post("/applications/<int:id>/enrolment", "dana", **STAFF),
    post("/applications/<int:id>/question", "dana", **STAFF),
    post("/applications/<int:id>/recommendation", "efe", ("goran",), ("amina", "bilal", "dana", "fay")),
    post("/applications/<int:id>/rejection", "dana", **STAFF),
    post("/applications/<int:id>/taking-back", "dana", **STAFF),
    Line("/apply/<int:n>", "amina", roles=(), one_house="a browser's own draft: the number says which question"),
    post("/apply/<int:n>", "amina", roles=(), one_house="a browser's own draft: the number says which question"),
    Line("/certificates/<int:id>", "amina", ("hana",), ("bilal", "efe", "fay")),
    Line("/certificates/<int:id>.pdf", "amina", ("hana",), ("bilal", "efe", "fay")),
    Line("/calendar/<token>.ics", "amina", roles=(), one_house="whoever has the token may read it: the token is the key"),
    post("/certificates/<int:id>/correction", "dana", **STAFF),
    post("/certificates/<int:id>/link", "amina", **TRAINEE),
    post("/certificates/<int:id>/link/stop", "amina", **TRAINEE),
    post("/certificates/<int:id>/revocation", "dana", **STAFF),
    post("/certificates/<int:id>/sharing", "amina", **TRAINEE),
    Line("/cohorts/<int:id>", "bilal", ("chen", "goran"), ("amina", "fay")),
    Line("/cohorts/<int:id>/attendance", "bilal", ("chen",), ("amina", "efe", "fay")),
    post("/cohorts/<int:id>/attendance", "bilal", ("chen",), ("amina", "efe", "fay")),
    Line("/cohorts/<int:id>/calendar", "bilal", ("chen",), ("amina", "efe", "fay")),
    Line("/cohorts/<int:id>/class", "bilal", ("chen",), ("amina", "efe", "fay")),
    post("/cohorts/<int:id>/class", "bilal", ("chen",), ("amina", "efe", "fay")),
    post("/cohorts/<int:id>/classes", "bilal", ("chen",), ("amina", "efe", "fay")),
    post("/cohorts/<int:id>/courses", "dana", **STAFF),
    Line("/cohorts/<int:id>/details", "dana", **STAFF),
    post("/cohorts/<int:id>/details", "dana", **STAFF),
    Line("/cohorts/<int:id>/files", "bilal", ("chen",), ("amina", "efe", "fay")),
    post("/cohorts/<int:id>/finish", "dana", **STAFF),
    Line("/cohorts/<int:id>/marks", "bilal", ("chen",), ("amina", "efe", "fay")),
    post("/cohorts/<int:id>/marks/file", "dana", **STAFF),
    post("/cohorts/<int:id>/mentors", "dana", **STAFF),
    post("/cohorts/<int:id>/mentors/removal", "dana", **STAFF),
    post("/cohorts/<int:id>/people", "dana", **STAFF),
    post("/cohorts/<int:id>/messages", "bilal", ("chen",), ("amina", "efe", "fay")),
    Line("/cohorts/<int:id>/messages/new", "bilal", ("chen",), ("amina", "efe", "fay")),
    Line("/cohorts/<int:id>/people/new", "dana", **STAFF),
    post("/cohorts/<int:id>/people/preview", "dana", **STAFF),
    post("/cohorts/<int:id>/schedule", "dana", **STAFF),
    post("/cohorts/<int:id>/start", "dana", **STAFF),
    Line("/cohorts/<int:id>/tasks", "bilal", ("chen",), ("amina", "efe", "fay")),
    Line("/enrolments/<int:id>", "efe", ("chen", "goran"), ("amina", "fay")),
    post("/enrolments/<int:id>/adult", "dana", **STAFF),
    post("/enrolments/<int:id>/codes", "efe", ("chen", "goran"), ("amina", "fay")),
    post("/enrolments/<int:id>/leaving", "dana", **STAFF),
    post("/enrolments/<int:id>/coming-back", "dana", **STAFF),  # after it: what follows asks for a place
    post("/enrolments/<int:id>/lost-phone", "bilal", ("chen",), ("amina", "efe", "fay")),
    post("/enrolments/<int:id>/notes", "bilal", ("chen",), ("amina", "efe", "fay")),
    Line("/enrolments/<int:id>/sign-in", "efe", ("goran",), ("amina", "bilal", "fay")),
    post("/enrolments/<int:id>/sign-in", "efe", ("goran",), ("amina", "bilal", "fay")),
    post("/enrolments/<int:id>/sign-in/phone", "efe", ("goran",), ("amina", "bilal", "fay")),
    Line("/enrolments/<int:id>/sign-off", "bilal", **MENTOR),
    post("/enrolments/<int:id>/sign-off", "bilal", **MENTOR),
    Line("/learn/<course>", "amina", **TRAINEE),
    Line("/learn/<course>/weeks/<int:week>", "amina", **TRAINEE),
    Line(LEARN, "amina", **TRAINEE),
    Line(f"{LEARN}/done", "amina", **TRAINEE),
    post(f"{LEARN}/done", "amina", **TRAINEE),
    Line(f"{LEARN}/quiz", "amina", **TRAINEE),
    post(f"{LEARN}/quiz", "amina", **TRAINEE),
    Line(f"{QUIZ}/<int:n>", "amina", **TRAINEE),
    post(f"{QUIZ}/<int:n>", "amina", **TRAINEE),
    Line(f"{QUIZ}/answers", "amina", **TRAINEE),
    post(f"{QUIZ}/answers", "amina", **TRAINEE),
    Line(f"{QUIZ}/result", "amina", **TRAINEE),
    Line(f"{LEARN}/task", "amina", **TRAINEE),
    post(f"{LEARN}/task", "amina", **TRAINEE),
    post("/imports/<int:id>/putting-away", "dana", **STAFF),
    Line("/media/<sha256>", "amina", roles=(), one_house="a course's pictures are no one's secret: everyone who is in may see them"),
    Line("/mentors/<int:id>/message", "amina", **TRAINEE),
    post("/mentors/<int:id>/message", "amina", **TRAINEE),
    Line("/messages/<int:id>", "amina", ("hana", "chen"), ("efe", "fay")),
    post("/messages/<int:id>", "amina", ("hana", "chen"), ("efe", "fay")),
    Line("/messages/<int:id>.txt", "amina", ("hana", "chen"), ("efe", "fay")),
    post("/messages/<int:id>/reading", "amina", ("hana", "chen"), ("efe", "fay")),
    Line("/partners/<int:id>", "dana", **STAFF),
    post("/partners/<int:id>/coordinators", "dana", **STAFF),
    post("/partners/<int:id>/coordinators/removal", "dana", **STAFF),
    Line("/partners/<int:id>/details", "dana", **STAFF),
    post("/partners/<int:id>/details", "dana", **STAFF),
    Line(BATCH, "fay", **FINANCE),
    post(f"{BATCH}/approval", "ines", **FINANCE),
    post(f"{BATCH}/cancellation", "fay", **FINANCE),
    post(f"{BATCH}/dispatch", "fay", **FINANCE),
    post(f"{BATCH}/file", "fay", **FINANCE),
    Line(f"{BATCH}/lines/<int:n>", "fay", **FINANCE),
    post(f"{BATCH}/lines/<int:n>/details", "fay", **FINANCE),
    post(f"{BATCH}/lines/<int:n>/failure", "fay", **FINANCE),
    post(f"{BATCH}/lines/<int:n>/payment", "fay", **FINANCE),
    post(f"{BATCH}/lock", "fay", **FINANCE),
    post(f"{BATCH}/returns/<int:partner_id>", "fay", **FINANCE),
    Line(GRANT, "fay", **FINANCE),
    post(GRANT, "fay", **FINANCE),
    post(f"{GRANT}/taking-back", "fay", **FINANCE),
    post("/next-times/<int:id>/removal", "dana", **STAFF),
    post("/phrases/<int:id>/removal", "bilal", **MENTOR),
    Line("/pool/<int:id>", "dana", **STAFF),
    post("/pool/<int:id>/not-yet", "dana", **STAFF),
    post("/pool/<int:id>/promotion", "dana", **STAFF),
    post("/pool/news/<int:id>/removal", "dana", **STAFF),
    Line("/projects/<slug>", "dana", **STAFF),
    post("/projects/<slug>/closing", "dana", **STAFF),
    Line("/programmes/<int:id>/details", "dana", **STAFF),
    post("/programmes/<int:id>/details", "dana", **STAFF),
    post("/projects/<slug>/cohorts", "dana", **STAFF),
    post("/projects/<slug>/datasets", "dana", **STAFF),
    post("/projects/<slug>/guidelines", "dana", **STAFF),
    post("/projects/<slug>/opening", "dana", **STAFF),
    post("/projects/<slug>/pause", "dana", **STAFF),
    post("/projects/<slug>/rate", "dana", **STAFF),
    Line("/reviews/<int:id>", "bilal", **MENTOR),
    post("/reviews/<int:id>/decision", "bilal", **MENTOR),
    Line("/reviews/<int:id>/picture", "bilal", **MENTOR),
    Line("/rounds/<int:id>", "efe", ("goran",), ("amina", "bilal", "fay")),
    post("/rounds/<int:id>/closing", "dana", **STAFF),
    post("/rounds/<int:id>/opening", "dana", **STAFF),
    Line("/rounds/<int:id>/terms", "dana", **STAFF),
    post("/rounds/<int:id>/terms", "dana", **STAFF),
    Line("/static/<path:filename>", "amina", roles=(), one_house="style, script and icons"),
    Line("/status-lists/<int:number>", "amina", roles=(), one_house="says of no one who she is"),
    Line("/submissions/<int:id>", "bilal", **MENTOR),
    post("/submissions/<int:id>/claim", "bilal", **MENTOR),
    Line("/submissions/<int:id>/feedback", "amina", **TRAINEE),
    Line("/submissions/<int:id>/files/<int:position>", "bilal", ("chen", "hana"), ("efe", "dana", "fay")),
    post("/submissions/<int:id>/grade", "bilal", **MENTOR),
    post("/submissions/<int:id>/undo", "bilal", **MENTOR),
    post("/submissions/<int:id>/comment-phrase", "bilal", **MENTOR),
    post("/submissions/<int:id>/phrase", "bilal", **MENTOR),
    Line("/submissions/<int:id>/question", "amina", **TRAINEE),
    post("/submissions/<int:id>/question", "amina", **TRAINEE),
    Line("/submissions/<int:id>/voice", "bilal", ("chen", "hana"), ("efe", "dana", "fay")),
    Line("/s/<token>", "amina", roles=(), one_house="given away by its holder: the token is the key"),
    Line("/s/<token>.pdf", "amina", roles=(), one_house="given away by its holder: the token is the key"),
    Line("/v/<code>", "amina", roles=(), one_house="whoever holds the paper may check it"),
    Line("/v/<code>.json", "amina", roles=(), one_house="whoever holds the paper may check it"),
    Line("/v/<code>.pdf", "amina", roles=(), one_house="shared by its holder"),
    post("/v/<code>/match", "amina", roles=(), one_house="whoever holds the paper may check it"),
    Line("/work/<slug>", "amina", **TRAINEE),
    post("/work/<slug>/claims", "amina", **TRAINEE),
    Line(TASK, "amina", **TRAINEE),
    post(f"{TASK}/answer", "amina", **TRAINEE),
    post(f"{TASK}/draft", "amina", **TRAINEE),
    Line(f"{TASK}/draft", "amina", **TRAINEE, method="PUT"),
    Line(f"{TASK}/feedback", "amina", **TRAINEE),
    Line(f"{TASK}/picture", "amina", **TRAINEE),
    post(f"{TASK}/skip", "amina", **TRAINEE),
)
