"""Who must not be mailed, whatever lists say? Addresses by hash, and whole domains."""
