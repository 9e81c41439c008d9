"""The command line: one command a file. stdout is the result, stderr the talk; exit 0 done, 1 failed, 2 usage.

Heavy rooms are imported inside the commands, so that `--help` and completion answer at once.
"""
