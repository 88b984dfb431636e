"""Tests of the channels against servers that listen, fail, hang and are busy."""

import json
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from airflow.sdk import Connection
from alert_servers import Hook, Mailbox, mail_server, served

from gatehouse.operations.alert import Alert, Trouble
from gatehouse.operations.tell_failure import ChannelError
from gatehouse.pipeline.channels import LONGEST_WAIT_S, MailChannel, WebhookChannel, mail_of, webhook_of

ALERT = Alert(
    about="npi_round/run/verdict_1#1",
    subject="Gatehouse: evt-02 is bad",
    trouble=Trouble.MACHINE,
    lines=("evt-02: gpu0 is <!channel> hot @here",),
    next_step="swap the part",
    links=(("Round", "http://airflow.example/gatehouse/rounds/r1"),),
)


def _channel(hook: Hook, waits: list[float] | None = None, **more: Any) -> WebhookChannel:
    waited = waits if waits is not None else []
    return WebhookChannel(hook.url, "sesame", sleep=waited.append, **more)


def test_an_alert_arrives_as_json_with_the_token() -> None:
    """It should carry everything of the alert, and the bearer token."""
    with served(Hook()) as hook:
        _channel(hook).send(ALERT)
    ((token, body),) = hook.got
    assert token == "Bearer sesame"
    assert {key: body[key] for key in ALERT.as_json()} == json.loads(json.dumps(ALERT.as_json()))
    assert "swap the part" in body["text"]


def test_chat_systems_find_nothing_to_act_on() -> None:
    """It should leave no mention and no markup of Slack's in the text that they show."""
    with served(Hook()) as hook:
        _channel(hook).send(ALERT)
    text = hook.got[0][1]["text"]
    assert "<" not in text
    assert "@here" not in text
    assert "‹!channel›" in text


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_or_broken_receiver_is_asked_again(status: int) -> None:
    """It should try again with growing waits, and be content with a later success."""
    waits: list[float] = []
    with served(Hook([(status, {}), (status, {}), (204, {})])) as hook:
        _channel(hook, waits).send(ALERT)
    assert len(hook.got) == 3
    assert waits == [0.5, 1.0]


def test_it_gives_up_after_three_tries() -> None:
    """It should say what the receiver answered."""
    with served(Hook([(503, {})])) as hook, pytest.raises(ChannelError, match="503"):
        _channel(hook).send(ALERT)
    assert len(hook.got) == 3


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 422])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    """It should neither insist nor follow a redirect with our token in hand."""
    with (
        served(Hook([(status, {"Location": "http://127.0.0.1:1/"})])) as hook,
        pytest.raises(ChannelError, match=str(status)),
    ):
        _channel(hook).send(ALERT)
    assert len(hook.got) == 1


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("2", 2.0),
        ("3600", LONGEST_WAIT_S),
        ("0", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("soon", 0.5),
        ("-5", 0.0),
    ],
)
def test_retry_after_is_honoured_within_bounds(asked: str, waited: float) -> None:
    """It should wait as long as the receiver asks, but never so long that the alert comes too late."""
    waits: list[float] = []
    with served(Hook([(429, {"Retry-After": asked}), (200, {})])) as hook:
        _channel(hook, waits).send(ALERT)
    assert waits == [waited]


def test_a_receiver_that_hangs_is_left() -> None:
    """It should stop waiting after its time-out, and say so."""
    hook, quick = Hook(hang_s=1.0), httpx.Timeout(0.1)
    with served(hook), pytest.raises(ChannelError, match="Timeout"):
        started = time.monotonic()
        try:
            _channel(hook, timeout=quick).send(ALERT)
        finally:
            assert time.monotonic() - started < 0.9


def test_nobody_listening_is_a_channel_error() -> None:
    """It should be the same kind of error as a refusal."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ChannelError, match="Connect"):
        WebhookChannel(f"http://127.0.0.1:{port}", sleep=lambda _: None).send(ALERT)


@pytest.mark.parametrize("url", ["http://[", "no-scheme", "http://user name@x:port"])
def test_an_address_that_is_none_is_a_channel_error(url: str) -> None:
    """It should not break the notifier."""
    with pytest.raises(ChannelError):
        WebhookChannel(url, sleep=lambda _: None).send(ALERT)


def test_the_token_is_not_shown() -> None:
    """It should keep secrets out of logs."""
    assert "sesame" not in repr(WebhookChannel("http://x", "sesame"))
    assert "sesame" not in repr(MailChannel("x", 25, "a@b", ("c@d",), password="sesame"))


@pytest.mark.parametrize(
    ("connection", "url"),
    [
        (
            Connection(conn_id="w", conn_type="http", host="h.example", port=8080, schema="https"),
            "https://h.example:8080",
        ),
        (Connection(conn_id="w", conn_type="http", host="h.example"), "http://h.example"),
        (Connection(conn_id="w", conn_type="http", host="https://h.example/a/b"), "https://h.example/a/b"),
        (
            Connection(conn_id="w", conn_type="http", host="h.example", schema="https", extra='{"path": "/s/x"}'),
            "https://h.example/s/x",
        ),
    ],
)
def test_a_connection_becomes_an_address(connection: Connection, url: str) -> None:
    """It should follow the http provider's conventions, with a path of our own."""
    assert webhook_of(connection).url == url


def _mail(port: int, **more: Any) -> MailChannel:
    settings: dict[str, Any] = {"use_ssl": False, "starttls": False, "timeout_s": 2.0, **more}
    return MailChannel(
        "127.0.0.1", port, "gatehouse@example.org", ("on-call@example.org", "pm@example.org"), **settings
    )


def test_an_alert_arrives_as_plain_text() -> None:
    """It should reach every recipient, with the whole text and no HTML."""
    box = Mailbox()
    with mail_server(box) as port:
        _mail(port).send(ALERT)
    ((recipients, message),) = box.got
    assert recipients == ["on-call@example.org", "pm@example.org"]
    assert message["Subject"] == ALERT.subject
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == ALERT.text


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_it_logs_in_where_the_connection_says_so() -> None:
    """It should show user and password to a server that asks for them."""
    seen: list[LoginPassword] = []

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        seen.append(data)
        return AuthResult(success=True)

    box = Mailbox()
    with mail_server(box, authenticator=check, auth_require_tls=False, auth_required=True) as port:
        _mail(port, user="bot", password="sesame").send(ALERT)
    assert (seen[0].login, seen[0].password) == (b"bot", b"sesame")
    assert len(box.got) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda port: _mail(port, starttls=True).send(ALERT),
        lambda port: _mail(port, use_ssl=True).send(ALERT),
        lambda port: _mail(port, user="bot", password="wrong").send(ALERT),
    ],
)
def test_a_server_that_cannot_do_what_we_ask_is_a_channel_error(act: Callable[[int], None]) -> None:
    """It should never fall back to sending in the clear, or without log-in."""
    box = Mailbox()
    with mail_server(box) as port, pytest.raises(ChannelError):
        act(port)
    assert box.got == []


def test_the_owner_of_what_it_is_about_hears_of_it_too() -> None:
    """It should write to people whom the Connection has an address of, or who are named by one in a domain of ours."""
    box, people = Mailbox(), {"Ada Lovelace": "ada@elsewhere.example", "On Call": "on-call@example.org"}
    named = ("ada lovelace ", "Grace <grace@example.org>", "on call", "Lin", "eve@stranger.example", "a@b\r\nTo: x@y")
    with mail_server(box) as port:
        _mail(port, people=people).send(replace(ALERT, people=named))
    ((recipients, message),) = box.got
    assert recipients == ["on-call@example.org", "pm@example.org", "ada@elsewhere.example", "grace@example.org"]
    assert message["To"] == ", ".join(recipients)


def test_an_owner_who_is_refused_stops_nobody() -> None:
    """It should be no failure of the channel: those who hear everything have it."""
    box = Mailbox(refuse="ada@example.org")
    with mail_server(box) as port:
        _mail(port).send(replace(ALERT, people=("ada@example.org",)))
    assert box.got[0][0] == ["on-call@example.org", "pm@example.org"]


def test_the_people_stand_in_the_connection() -> None:
    """It should read names and addresses from the extra, and do without."""
    extra = {"to": "a@x.org", "from_email": "g@x.org", "people": {"Ada Lovelace": "ada@x.org"}}
    for people, found in ((extra["people"], {"Ada Lovelace": "ada@x.org"}), ("Ada", {})):
        text = json.dumps({**extra, "people": people})
        assert mail_of(Connection(conn_id="m", conn_type="smtp", host="h", extra=text)).people == found


def test_a_refused_recipient_is_said() -> None:
    """It should send to the others, and name the one that was refused."""
    box = Mailbox(refuse="pm@example.org")
    with mail_server(box) as port, pytest.raises(ChannelError, match=r"pm@example\.org"):
        _mail(port).send(ALERT)
    assert box.got[0][0] == ["on-call@example.org"]


def test_a_mail_server_that_hangs_is_left() -> None:
    """It should stop waiting after its time-out."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        started = time.monotonic()
        with pytest.raises(ChannelError):
            _mail(silent.getsockname()[1], timeout_s=0.2).send(ALERT)
        assert time.monotonic() - started < 1.5


def test_an_smtp_connection_becomes_a_channel() -> None:
    """It should follow the smtp provider's conventions, and find the recipients in the extra."""
    extra = (
        '{"to": "a@x.org, b@x.org", "from_email": "g@x.org", "disable_ssl": true, "disable_tls": "true", "timeout": 99}'
    )
    channel = mail_of(
        Connection(conn_id="m", conn_type="smtp", host="mail.x.org", login="u", password="p", extra=extra)
    )
    assert (channel.to, channel.sender, channel.port) == (("a@x.org", "b@x.org"), "g@x.org", 25)
    assert (channel.use_ssl, channel.starttls, channel.timeout_s) == (False, False, 10.0)
    assert (
        mail_of(
            Connection(conn_id="m", conn_type="smtp", host="h", extra='{"to": ["a@x.org"], "from_email": "g@x.org"}')
        ).port
        == 465
    )


@pytest.mark.parametrize(
    "extra", ["{}", '{"to": "a@x.org"}', '{"from_email": "g@x.org"}', '{"to": " , ", "from_email": "g"}']
)
def test_an_smtp_connection_without_recipients_or_sender_is_refused(extra: str) -> None:
    """It should say what is missing."""
    with pytest.raises(ValueError, match="to"):
        mail_of(Connection(conn_id="m", conn_type="smtp", host="h", extra=extra))
    with pytest.raises(ValueError, match="host"):
        webhook_of(Connection(conn_id="w", conn_type="http"))
