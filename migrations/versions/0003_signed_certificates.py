"""Signed certificates: the keys of the installation, and a place in the public status lists for each certificate.

Certificates given before now get a random place each, as new ones do.

Revision ID: 0003
Revises: 0002
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SIZE = 131_072
FULL = SIZE // 2


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.String(length=60), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_signing_key")),
    )
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status_list", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("status_index", sa.Integer(), nullable=True))
    _give_places()
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.alter_column("status_list", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("status_index", existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_credential_status_list_status_index"), ["status_list", "status_index"])


def _give_places() -> None:
    credential = sa.table("credential", sa.column("id"), sa.column("status_list"), sa.column("status_index"))
    connection = op.get_bind()
    ids = connection.scalars(sa.select(credential.c.id).order_by(credential.c.id)).all()
    for start in range(0, len(ids), FULL):
        part = ids[start : start + FULL]
        places = secrets.SystemRandom().sample(range(SIZE), len(part))
        for id, place in zip(part, places, strict=True):
            connection.execute(sa.update(credential).where(credential.c.id == id).values(status_list=start // FULL + 1, status_index=place))


def downgrade() -> None:
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_credential_status_list_status_index"), type_="unique")
        batch_op.drop_column("status_index")
        batch_op.drop_column("status_list")
    op.drop_table("signing_key")
