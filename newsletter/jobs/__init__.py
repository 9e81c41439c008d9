"""What goes on by itself in `serve`: APScheduler wakes the portions of work, and the sender is kept as a child process.

The scheduler is a waker and nothing more: what is due stands in the tables, so a missed or doubled call is harmless.
"""
