"""Brings the store to its newest form, before anything uses it: ``python -m gatehouse.local.store_migration``."""

from gatehouse.store.engine import migrate, open_store
from gatehouse.store.url import store_url

if __name__ == "__main__":
    migrate(open_store(store_url()))
