"""Posts of many sites in, a digest of one's own out for every reader, every delivery accounted for.

The packages are the pipeline, and imports point left and down only (tests/test_architecture.py):
sources -> issues -> rendering -> providers -> outbox -> feedback, all above db, base and subscribers;
app puts them together; cli, web, api and jobs are the entrances.
"""

__version__ = "0.1.0"
