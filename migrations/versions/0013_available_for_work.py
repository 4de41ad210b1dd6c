"""Whether a member of the pool can take work now.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pool_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("available", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("pool_member", schema=None) as batch_op:
        batch_op.drop_column("available")
