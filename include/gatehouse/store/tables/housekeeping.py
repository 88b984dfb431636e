"""What keeps two from doing the same thing: leases of hosts, and alerts that were sent."""

from datetime import datetime

from sqlalchemy import Integer, func
from sqlalchemy.orm import Mapped, mapped_column

from gatehouse.store.tables.base import JsonObject, Table


class LeaseRow(Table):
    """Who may touch a host now. A lease ends by itself when its holder dies."""

    __tablename__ = "lease"
    host: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


class AlertRow(Table):
    """An alert that was sent, by what it is about, so that it is sent once."""

    __tablename__ = "alert"
    about: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    body: Mapped[JsonObject]
    channels: Mapped[JsonObject]
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, default=1)
