"""What is due and what goes in: slots, issues, and the choice for one reader.

Given newsletters (recipes), posts and a Reader, it leaves Issues and Digests. The deciders (slots, choose, freeze) are
pure: `now` and everything else is an argument. It must never mail, render or look at an address.
"""
