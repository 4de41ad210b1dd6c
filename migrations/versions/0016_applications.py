"""Rounds of applications, what people answered in them, and who wants to hear of the next.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "next_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        sa.Column("contact_index", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=3), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_next_time")),
        sa.UniqueConstraint("contact_index", name=op.f("uq_next_time_contact_index")),
    )
    op.create_table(
        "intake_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("languages", sa.String(length=80), nullable=False),
        sa.Column("countries", sa.String(length=80), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_intake_round_partner_id_partner")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_intake_round_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_round")),
    )
    with op.batch_alter_table("intake_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_round_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_round_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "intake_round_cohort",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_intake_round_cohort_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["round_id"], ["intake_round.id"], name=op.f("fk_intake_round_cohort_round_id_intake_round")),
        sa.PrimaryKeyConstraint("round_id", "cohort_id", name=op.f("pk_intake_round_cohort")),
    )
    with op.batch_alter_table("intake_round_cohort", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_round_cohort_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.Column("contact_index", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_version", sa.String(length=20), nullable=True),
        sa.Column("consent_language", sa.String(length=3), nullable=True),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.Column("recommended", sa.Boolean(), nullable=True),
        sa.Column("recommended_by_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "enrolment_id IS NULL OR (state = 'enrolled' AND COALESCE(decision, '') = 'accepted' AND decided_by_id IS NOT NULL)",
            name=op.f("ck_application_only_accepted_is_enrolled"),
        ),
        sa.CheckConstraint("state <> 'enrolled' OR enrolment_id IS NOT NULL", name=op.f("ck_application_enrolled_has_a_place")),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'rejected') OR COALESCE(decision, '') = state", name=op.f("ck_application_state_is_the_decision")
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_application_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_application_decided_by_id_person")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_application_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["recommended_by_id"], ["person.id"], name=op.f("fk_application_recommended_by_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["intake_round.id"], name=op.f("fk_application_round_id_intake_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_application_enrolment_id")),
        sa.UniqueConstraint("number", name=op.f("uq_application_number")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_contact_index"), ["contact_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_round_id"), ["round_id"], unique=False)


def downgrade() -> None:
    for table in ("application", "intake_round_cohort", "intake_round", "next_time"):
        op.drop_table(table)
