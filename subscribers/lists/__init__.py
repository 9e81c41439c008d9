"""Which lists are there, and who is on them?"""
