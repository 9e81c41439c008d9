"""What the world reports back: bounces, complaints, unsubscribes.

Given mails and webhooks, it leaves FeedbackEvents, append-only and once each, and tells `subscribers` what they mean.
It must never rewrite an outcome: a late bounce does not unsay `accepted`.
"""
