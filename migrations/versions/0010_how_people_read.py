"""How a person reads: digits, the size of letters, pictures after a tap.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("latin_digits", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("larger_text", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("data_saver", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("data_saver")
        batch_op.drop_column("larger_text")
        batch_op.drop_column("latin_digits")
