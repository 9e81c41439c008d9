"""no address in test notices

A test mail noted whose eyes it had by address; from here on it is their number. What is noted already loses it.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_deliveries = sa.table("deliveries", sa.column("id", sa.Integer), sa.column("notice", sa.Text))


def upgrade() -> None:
    db = op.get_bind()
    tests = _deliveries.c.notice.like('%"kind": "test"%')
    for row in db.execute(sa.select(_deliveries.c.id, _deliveries.c.notice).where(tests)).all():
        kept = {name: value for name, value in json.loads(row.notice).items() if name != "as"}
        db.execute(_deliveries.update().where(_deliveries.c.id == row.id).values(notice=json.dumps(kept)))


def downgrade() -> None:
    """Nothing to put back: the addresses are gone."""
