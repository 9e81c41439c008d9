"""leaves.log: every departure, also outside the database, so that a restored backup mails nobody who has left.

One JSON line each, appended and on the disk before the answer to the reader. By address hash, never the address.
"""

import json
import os

from newsletter.app.app import App
from newsletter.base.log import get_log
from newsletter.db.engine import writing
from subscribers.find import find_by_hash
from subscribers.leave import leave_everything, opt_out, undo_opt_out
