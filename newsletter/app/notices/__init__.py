"""Notices: mails that are no issue."""
