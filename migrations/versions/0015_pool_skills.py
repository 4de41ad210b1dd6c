"""What a member of the pool says they can do. With it messages become rows that nobody changes or takes out: the triggers of
append-only tables are made at the end of every upgrade.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pool_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("skills", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("pool_member", schema=None) as batch_op:
        batch_op.drop_column("skills")
