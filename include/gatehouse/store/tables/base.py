"""The base of every table: which Python type is stored as what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, DateTime, Double, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

JsonObject = dict[str, Any]
JsonObjects = list[dict[str, Any]]
Words = list[str]


class Table(DeclarativeBase):
    """Base of every table: times carry their zone, JSON is JSONB, words are text."""

    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        str: Text(),
        float: Double(),
        JsonObject: JSONB(),
        JsonObjects: JSONB(),
        Words: JSONB(),
        bool: Boolean(),
    }
