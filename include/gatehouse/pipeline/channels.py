"""The ways to reach people, by two Connections: ``gatehouse_webhook`` (HTTP) and ``gatehouse_smtp`` (e-mail).

Everything here is bounded in time: the callbacks of a DAG run in the dag processor, which kills what takes too long.
"""

import logging
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

import httpx

from gatehouse.operations.alert import Alert
from gatehouse.operations.tell_failure import ChannelError

log = logging.getLogger(__name__)
TRIES = 3
FIRST_WAIT_S = 0.5  # doubled at each try
LONGEST_WAIT_S = 5.0  # a Retry-After beyond that is cut: a person waits for this alert
_AGAIN = (429, 500, 502, 503, 504)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_SAFE = str.maketrans({"<": "‹", ">": "›", "@": "@\u200b"})  # chat systems act on <…> and @name


@dataclass(frozen=True)
class WebhookChannel:
    """Posts an alert as JSON; ``text`` is what chat systems show. ``token`` goes as bearer token."""

    url: str
    token: str = field(default="", repr=False)
    timeout: httpx.Timeout = field(default_factory=lambda: httpx.Timeout(5.0, connect=3.0))
    sleep: Callable[[float], None] = time.sleep
    name: str = "webhook"

    def send(self, alert: Alert) -> None:
        """Post it; tries again when the receiver is busy or broken, and never when it refuses.

        Raises:
            ChannelError: no try was answered with 2xx.
        """
        why = ""
        for attempt in range(TRIES):
            status, why, wait = self._post(alert)
            if status is not None and 200 <= status < 300:
                return
            if status is not None and status not in _AGAIN:
                break
            if attempt + 1 < TRIES:
                self.sleep(min(wait if wait is not None else FIRST_WAIT_S * 2**attempt, LONGEST_WAIT_S))
        raise ChannelError(why)

    def _post(self, alert: Alert) -> tuple[int | None, str, float | None]:
        """(status or None, why it is no success, seconds that the receiver asks us to wait)."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {**alert.as_json(), "text": f"{alert.subject}\n{alert.text}".translate(_SAFE)}
        try:
            with httpx.stream("POST", self.url, json=body, headers=headers, timeout=self.timeout) as answer:
                wait = _seconds(answer.headers.get("Retry-After"))
                return answer.status_code, f"the receiver answered {answer.status_code}", wait  # its body is not read
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return None, f"{type(error).__name__}: {error}", None


@dataclass(frozen=True)
class MailChannel:
    """Sends an alert as a plain-text e-mail, by the conventions of the smtp provider's Connection."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    use_ssl: bool = True
    starttls: bool = True
    verify: bool = True
    timeout_s: float = 10.0
    people: Mapping[str, str] = field(default_factory=dict)
    name: str = "e-mail"

    def send(self, alert: Alert) -> None:
        """Send it to all recipients, and to the people whom it names, where we have an address of theirs.

        Raises:
            ChannelError: the server did not take it, or not for every one of our recipients.
        """
        message, also = EmailMessage(), self.addresses(alert.people)
        message["Subject"], message["From"] = alert.subject, self.sender
        message["To"] = ", ".join(dict.fromkeys((*self.to, *also)))
        message.set_content(alert.text)
        try:
            with self._client() as client:
                if self.user:
                    client.login(self.user, self.password)
                refused = client.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelError(f"{type(error).__name__}: {error}") from error
        if refused.keys() & set(self.to):
            raise ChannelError(f"refused: {', '.join(sorted(refused))}")
        if refused:
            log.warning("alert %s: the mail server refused %s", alert.about, ", ".join(sorted(refused)))

    def addresses(self, people: Iterable[str]) -> list[str]:
        """The addresses of people: by the Connection's list, or one that they are named by, in a domain of ours.

        Names come from forms that many may fill in: none of them makes us write to a stranger.
        """
        known = {name.strip().casefold(): address for name, address in self.people.items()}
        ours = {address.rpartition("@")[2].casefold() for address in (self.sender, *self.to)}
        found = []
        for person in people:
            named = parseaddr(person)[1]
            own = bool(_ADDRESS.fullmatch(named)) and named.rpartition("@")[2].casefold() in ours
            if address := known.get(person.strip().casefold(), named if own else ""):
                found.append(address)
            else:
                log.info("no address of %r: whoever hears everything hears of it", person)
        return found

    def _client(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if self.use_ssl:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_s, context=context)
        client = smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)
        if self.starttls:
            client.starttls(context=context)
        return client


def webhook_of(connection: Any) -> WebhookChannel:
    """The webhook of an HTTP Connection: host, port, schema, password as token; extra ``path`` for what follows.

    Raises:
        ValueError: it names no host.
    """
    if not connection.host:
        raise ValueError("it has no host")
    extra = connection.extra_dejson
    scheme = connection.schema if connection.schema in ("http", "https") else "http"
    host = connection.host if "://" in connection.host else f"{scheme}://{connection.host}"
    port = f":{connection.port}" if connection.port else ""
    path = str(extra.get("path") or "").lstrip("/")
    return WebhookChannel(f"{host}{port}" + (f"/{path}" if path else ""), connection.password or "")


def mail_of(connection: Any) -> MailChannel:
    """The mail server of an smtp Connection; extra ``to`` holds the recipients, ``from_email`` the sender.

    ``people`` maps names to addresses, for those who are written to only about what is theirs.
    ``disable_ssl``, ``disable_tls``, ``ssl_context`` and ``timeout`` mean what they mean to the smtp provider.

    Raises:
        ValueError: host, sender or recipients are missing.
    """
    extra = connection.extra_dejson
    recipients, people = extra.get("to") or (), extra.get("people")
    to = tuple(part.strip() for part in (recipients.split(",") if isinstance(recipients, str) else recipients))
    sender = extra.get("from_email") or (connection.login if "@" in (connection.login or "") else "")
    if not (connection.host and sender and any(to)):
        raise ValueError('it needs a host, and "from_email" and "to" in its extra')
    use_ssl = not _yes(extra.get("disable_ssl"))
    return MailChannel(
        host=connection.host,
        port=connection.port or (465 if use_ssl else 25),
        sender=sender,
        to=tuple(part for part in to if part),
        user=connection.login or "" if connection.password else "",
        password=connection.password or "",
        use_ssl=use_ssl,
        starttls=not use_ssl and not _yes(extra.get("disable_tls")),
        verify=extra.get("ssl_context") != "none",
        timeout_s=min(float(extra.get("timeout") or 10.0), 10.0),
        people={str(name): str(address) for name, address in people.items()} if isinstance(people, dict) else {},
    )


def _yes(value: object) -> bool:
    return value is True or str(value).lower() in ("true", "1", "yes")


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date; None where it is neither."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
