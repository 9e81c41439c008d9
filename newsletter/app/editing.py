"""An editor's hand on an issue: texts, picks, drops and values, while it is not approved."""
