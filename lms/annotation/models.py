"""Projects, what is imported into them, who was given which item, what they answered and what became of it.

States are those of section 3 of the annotation design, in lower case. Answers, scores and reviews are never changed: a second look
is a second row.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from markupsafe import Markup
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.annotation import schemas
from lms.cohorts.models import Cohort
from lms.core import clock
from lms.core.db import Model, choice
from lms.core.files import StoredFile
from lms.core.money import Money
from lms.people.models import User

APPEND_ONLY = {"info": {"append_only": True}}


class ProjectState(StrEnum):
    """CLOSED gives out no work; what was given out before is still answered, reviewed and paid."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Phase(StrEnum):
    """What a project is for: to learn (every answer is shown at once), to qualify, or mock work as a client gives it."""

    PRACTICE = "practice"
    QUALIFY = "qualify"
    MOCK = "mock"


class Risk(StrEnum):
    """What people may have to look at. UNKNOWN cannot be opened."""

    UNKNOWN = "unknown"
    NONE = "none"
    MILD = "mild"
    STRONG = "strong"


class Project(Model):
    """Work of one kind at one price. `rate_minor` is the price of leases yet to come; those given keep their own."""

    __tablename__ = "project"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    entity: Mapped[str] = mapped_column(String(12), default="foundation")
    fund: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[schemas.Kind] = mapped_column(choice(schemas.Kind))
    labels: Mapped[list[str]]
    schema_version: Mapped[int] = mapped_column(default=1)
    phase: Mapped[Phase] = mapped_column(choice(Phase), default=Phase.MOCK)
    overlap: Mapped[int] = mapped_column(default=1)  # people who answer an item
    block: Mapped[int] = mapped_column(default=20)  # items one person holds at a time
    gold_percent: Mapped[int] = mapped_column(default=10)  # of a block, where the project has other items too
    gold_needed: Mapped[int] = mapped_column(default=20)
    pass_percent: Mapped[int] = mapped_column(default=70)  # item quality from which gold accepts itself
    rate_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    est_seconds: Mapped[int] = mapped_column(default=60)
    budget_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    content_risk: Mapped[Risk] = mapped_column(choice(Risk), default=Risk.UNKNOWN)
    content_words: Mapped[str] = mapped_column(String(200), default="")  # what there is to see, in a person's words
    state: Mapped[ProjectState] = mapped_column(choice(ProjectState), default=ProjectState.DRAFT)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def schema(self) -> schemas.LabelSchema:
        return schemas.LabelSchema(self.kind, tuple(self.labels))

    @property
    def rate(self) -> Money:
        return Money(self.rate_minor, self.currency)

    @property
    def budget(self) -> Money:
        return Money(self.budget_minor, self.currency)


class ProjectCohort(Model):
    """A cohort whose trainees may work in a project."""

    __tablename__ = "project_cohort"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), primary_key=True, index=True)

    cohort: Mapped[Cohort] = relationship()


class Guideline(Model):
    """How the work is done, in one language. The newest version is the one to read; a lease keeps the version it was given with."""

    __tablename__ = "guideline"
    __table_args__ = (UniqueConstraint("project_id", "version", "language"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    version: Mapped[int]
    language: Mapped[str] = mapped_column(String(3))
    body: Mapped[str]  # Markdown as staff wrote it
    html: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


    @property
    def shown(self) -> Markup:
        """The HTML for a page: it was sanitised when it was written."""
        return Markup(self.html)  # noqa: S704


class GuidelineReading(Model):
    """A person says she has read one version."""

    __tablename__ = "guideline_reading"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Dataset(Model):
    """One imported batch. The same bytes go into a project once."""

    __tablename__ = "dataset"
    __table_args__ = (UniqueConstraint("project_id", "sha256"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(120))
    format: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    items: Mapped[int]
    gold: Mapped[int]  # shapes, spans or choices, not items
    labels: Mapped[list[Any]]  # [name, id in the file], so that an export can say the ids again
    quarantined: Mapped[list[Any]]
    warnings: Mapped[list[Any]]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class ItemState(StrEnum):
    """IMPORTED waits for its project to open; COMPLETE has every answer it was to get, decided."""

    IMPORTED = "imported"
    READY = "ready"
    COMPLETE = "complete"


class Item(Model):
    """One picture or text. `open_slots`: how many more people may get it; `shuffle`: its random place in the project."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("project_id", "name"),
        CheckConstraint("open_slots >= 0", name="open_slots"),
        Index("ix_item_free", "project_id", "state", "shuffle"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    source_id: Mapped[str | None] = mapped_column(String(200))  # the item's id in its file
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    width: Mapped[int | None]
    height: Mapped[int | None]
    text: Mapped[str | None]  # NFC
    state: Mapped[ItemState] = mapped_column(choice(ItemState), default=ItemState.IMPORTED)
    open_slots: Mapped[int]
    shuffle: Mapped[int]

    project: Mapped[Project] = relationship()
    file: Mapped[StoredFile | None] = relationship()


class GoldState(StrEnum):
    """Only approved gold is given out to be scored."""

    CANDIDATE = "candidate"
    APPROVED = "approved"
    SUSPENDED = "suspended"


class Gold(Model):
    """The known answer of an item. In a table of its own, so that no query for a worker's page can bring it along."""

    __tablename__ = "gold"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    payload: Mapped[list[Any]]
    version: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: the imported file
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[GoldState] = mapped_column(choice(GoldState), default=GoldState.CANDIDATE)
    exposure_count: Mapped[int] = mapped_column(default=0)


class AssignmentState(StrEnum):
    LEASED = "leased"
    DRAFTED = "drafted"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    FIXED = "fixed"
    RETURNED = "returned"
    EXPIRED = "expired"
    RELEASED = "released"


HELD = (AssignmentState.LEASED, AssignmentState.DRAFTED)  # a lease runs
OPEN = (*HELD, AssignmentState.RETURNED, AssignmentState.EXPIRED)  # can be answered
DECIDED = (AssignmentState.ACCEPTED, AssignmentState.FIXED)
GIVEN_UP = (AssignmentState.EXPIRED, AssignmentState.RELEASED)


class Assignment(Model):
    """An item given to one person. Price, time and guideline are those she was shown; `rev` counts from 1, one more each return."""

    __tablename__ = "item_assignment"
    __table_args__ = (
        UniqueConstraint("item_id", "worker_id"),
        Index("ix_item_assignment_work", "worker_id", "project_id", "state"),
        Index("ix_item_assignment_due", "state", "lease_until"),
        Index("ix_item_assignment_project", "project_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    worker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    rev: Mapped[int] = mapped_column(default=1)
    state: Mapped[AssignmentState] = mapped_column(choice(AssignmentState), default=AssignmentState.LEASED)
    position: Mapped[int]  # the order in which she sees her items
    guideline_version: Mapped[int]
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    est_seconds: Mapped[int]
    content_risk: Mapped[Risk] = mapped_column(choice(Risk))
    leased_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    answered_at: Mapped[datetime | None]  # the last answer
    decided_at: Mapped[datetime | None]
    times_paid: Mapped[int] = mapped_column(default=0)  # once, and once more for each redo that an unclear guideline caused
    slot_held: Mapped[bool] = mapped_column(default=True)  # false once the item was free for another: then it is paid as late
    skip_reason: Mapped[str | None] = mapped_column(String(40))

    project: Mapped[Project] = relationship()
    item: Mapped[Item] = relationship()
    worker: Mapped[User] = relationship()

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)


class Draft(Model):
    """Work on its way. `version` grows by one with each save, so that two devices notice each other."""

    __tablename__ = "draft"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("item_assignment.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    payload: Mapped[list[Any]]
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)


class Annotation(Model):
    """An answer as it counts (clipped to its picture). `client_op_id` is the phone's own id: its second arrival changes nothing."""

    __tablename__ = "annotation"
    __table_args__ = (UniqueConstraint("assignment_id", "rev"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("item_assignment.id"))
    rev: Mapped[int]
    payload: Mapped[list[Any]]
    schema_version: Mapped[int]
    client_op_id: Mapped[str] = mapped_column(String(100), unique=True)
    received_at: Mapped[datetime] = mapped_column(default=clock.now)

    assignment: Mapped[Assignment] = relationship()


class Score(Model):
    """One figure of an answer against gold; `value` is NULL with a `reason` where there is none."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("annotation_id", "metric", "scorer_version", "gold_version"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"))
    metric: Mapped[str] = mapped_column(String(16))
    value: Mapped[float | None]
    reason: Mapped[str | None] = mapped_column(String(20))
    scorer_version: Mapped[int]
    gold_version: Mapped[int]


class Decision(StrEnum):
    ACCEPT = "accept"
    FIX = "fix"
    RETURN = "return"


class Review(Model):
    """What another person decided about one answer. `comments`: [{"shape": id or null, "text"}]; `payload`: the corrected answer."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("annotation_id"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[Decision] = mapped_column(choice(Decision))
    comments: Mapped[list[Any]]
    payload: Mapped[list[Any] | None]
    guideline_fault: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    annotation: Mapped[Annotation] = relationship()


class Activity(Model):
    """A moment at which a person worked on an item, by the server's clock: what hours are counted from."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_worker", "worker_id", "at"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("item_assignment.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
