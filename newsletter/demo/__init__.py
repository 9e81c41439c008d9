"""What `newsletter demo` needs and nothing else does: a mail catcher, so that sending is real and nobody is mailed."""
