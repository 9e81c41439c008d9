"""Every delivery accounted for: plan, claim, hand over, record.

Given an approved issue, it leaves one row a delivery, each accepted, failed, suppressed or in doubt, with a reason.
The rule it keeps: `handing_over` is committed before the message can leave, and nothing is ever sent on a row that is
not ours (epoch). Who claims decides what is in the digest, in the same transaction.
"""
