"""Command lines as people type them, as far as the lab understands them; anything else is refused in so many words."""
