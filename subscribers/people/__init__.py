"""Who is there? Added, found, shown, merged, moved to another address, erased and forgotten."""
