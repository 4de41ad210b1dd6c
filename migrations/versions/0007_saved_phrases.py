"""What a mentor writes often.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_phrase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("other", sa.String(length=400), nullable=True),
        sa.Column("other_language", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_saved_phrase_mentor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_phrase")),
    )
    with op.batch_alter_table("saved_phrase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_phrase_mentor_id"), ["mentor_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("saved_phrase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_phrase_mentor_id"))

    op.drop_table("saved_phrase")
