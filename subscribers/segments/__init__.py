"""Whom does a saved rule describe? A grammar, its rule, and the rule as a condition in SQL."""
