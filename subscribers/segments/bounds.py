"""Whom a rule describes at least and at most, whatever people wish on certain topics. Pure.

What lies between the two is what a count tells of those wishes: of how many people, it says, and of how many in all.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from subscribers.segments.rule import AllOf, AnyOf, Not, Rule, Wishes


def least(rule: Rule, topics: Collection[str]) -> Rule | bool:
    """Give a rule of those whom it describes even if nobody's wish on these topics speaks for it. True: everybody."""
    return _bound(rule, frozenset(topics), at_most=False)


def most(rule: Rule, topics: Collection[str]) -> Rule | bool:
    """Give a rule of those whom it describes if everybody's wish on these topics speaks for it. False: nobody."""
    return _bound(rule, frozenset(topics), at_most=True)


def _bound(rule: Rule, topics: frozenset[str], *, at_most: bool) -> Rule | bool:
    match rule:
        case Wishes(_, named) if topics.intersection(named):
            others = tuple(one for one in named if one not in topics)
            return True if at_most else replace(rule, topics=others) if others else False
        case Not(part):
            found = _bound(part, topics, at_most=not at_most)
            return not found if isinstance(found, bool) else Not(found)
        case AllOf(parts):
            return _joined(AllOf, [_bound(part, topics, at_most=at_most) for part in parts], decides=False)
        case AnyOf(parts):
            return _joined(AnyOf, [_bound(part, topics, at_most=at_most) for part in parts], decides=True)
    return rule


def _joined(kind: type[AllOf] | type[AnyOf], parts: Sequence[Rule | bool], *, decides: bool) -> Rule | bool:
    if any(part is decides for part in parts):
        return decides
    rules = tuple(part for part in parts if not isinstance(part, bool))
    if not rules:
        return not decides
    return kind(rules) if len(rules) > 1 else rules[0]
