"""Versions of the pool's rule say why they were made and the day from which they hold.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pool_rule_set", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=400), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("pool_rule_set", schema=None) as batch_op:
        batch_op.drop_column("reason")
        batch_op.drop_column("starts_on")
