"""How do readers go out to a file? As rows that an import reads back."""
