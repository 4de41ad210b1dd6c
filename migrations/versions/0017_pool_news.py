"""News for graduates: short plain texts, each until its last day.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pool_news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=3), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_pool_news_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_news")),
    )
    with op.batch_alter_table("pool_news", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pool_news_until"), ["until"], unique=False)


def downgrade() -> None:
    op.drop_table("pool_news")
