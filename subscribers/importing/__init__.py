"""How do readers of another system come in? Counted first, then a portion at a time, and back out by undo."""
