"""The one chain of migrations, subscribers' tables included. Alembic reads this folder; nobody imports it."""
