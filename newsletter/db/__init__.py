"""The database: one engine set up so that no update is ever lost, column types, and one chain of migrations.

Given a URL, it leaves a sync SQLAlchemy engine that behaves alike on SQLite and PostgreSQL. It knows no room's tables
but the two of the ground (audit log, facts of the home); each room owns its MetaData and all SQL on it in its store.py.
"""
