"""The only place that puts the rooms together. Entrances know it; it knows no entrance.

App opens a home. setup reads and writes what `apply` and `show` speak; portions holds the six bounded pieces of work
that `tick`, `serve` and `worker` share; the other files each answer one question of a command or page.
"""
