"""What did people say, and how do they say it? They join, confirm and leave; the record is never changed."""
