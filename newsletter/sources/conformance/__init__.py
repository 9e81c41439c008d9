"""Compares what this program understands of others' test material with what its authors expect. Reads files only."""
