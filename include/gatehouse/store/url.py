"""Where the store is, for those who work without Airflow's Connections."""

import os

from gatehouse.model.errors import StoreError

URL_VARIABLE = "GATEHOUSE_STORE_URL"


def store_url() -> str:
    """The store's URL from the environment.

    Raises:
        StoreError: it is not set.
    """
    url = os.environ.get(URL_VARIABLE)
    if not url:
        raise StoreError(f"no store: run `gatehouse up`, or set {URL_VARIABLE} to a PostgreSQL URL")
    return url
