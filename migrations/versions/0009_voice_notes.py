"""What mentors say of an answer.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voice_note",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_voice_note_by_id_person")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_voice_note_file_id_stored_file")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_voice_note_submission_id_submission")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_voice_note")),
    )


def downgrade() -> None:
    op.drop_table("voice_note")
