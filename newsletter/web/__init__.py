"""The pages: public ones that mails link to, and the desk, which answers on this machine only.

One handler a file. Handlers are synchronous, so Starlette runs each in a thread; only those that read a body are not.
A page never changes anything on GET or HEAD: scanners open every link of a mail.
"""
