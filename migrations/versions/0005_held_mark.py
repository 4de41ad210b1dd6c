"""Marks on their way: for ten seconds a mentor can take one back.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "held_mark",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("feedback", sa.String(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_held_mark_by_id_person")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_held_mark_submission_id_submission")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_held_mark")),
    )
    with op.batch_alter_table("held_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_mark_by_id"), ["by_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("held_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_mark_by_id"))

    op.drop_table("held_mark")
