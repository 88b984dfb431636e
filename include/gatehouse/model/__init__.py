"""The nouns: frozen dataclasses, enums and the error tree. Standard library only."""
