"""Opens an SSH connection that is strict about who answers and cheap to make.

What each setting buys was measured (docs/adr/0003): keys parsed once, no agent, no known_hosts file, our own
comparison of the host key, elliptic key exchange first, no Nagle and no delayed acknowledgement.
"""

import contextlib
import io
import logging
import socket
import threading
from functools import lru_cache

import paramiko
from paramiko.common import MSG_DEBUG, MSG_IGNORE
from paramiko.packet import Packetizer

from gatehouse.model.errors import AuthenticationError, ConnectTimeoutError, HostKeyError, UnreachableError
from gatehouse.model.hosts import Endpoint, Login
from gatehouse.transport.session import SessionLimits

_KEX_FIRST = ("mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256")
_CIPHERS_FIRST = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr")
_READ_AHEAD_BYTES = 2**15
# paramiko's reader wakes ten times a second to look whether it shall end; we end it by its socket (hang_up).
_WAKE_S = 5.0
_RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")
logging.getLogger("paramiko").setLevel(logging.WARNING)  # two lines a connection that say what we say ourselves
_PRIVATE_KEYS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


class _PromptSocket(socket.socket):
    """A TCP socket that acknowledges at once: sshd's Nagle against a delayed ACK costs 40 ms a channel.

    It reads ahead: paramiko takes a packet in two small reads, and each would cost a call into the kernel.
    """

    _ahead = b""

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        if not self._ahead:
            self._ahead = super().recv(_READ_AHEAD_BYTES, flags)
            if hasattr(socket, "TCP_QUICKACK"):
                self.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        data, self._ahead = self._ahead[:bufsize], self._ahead[bufsize:]
        return data


class _LeanPacketizer(Packetizer):
    """Starts no timer thread for the key exchange, which has a limit of ours, and passes debug messages over.

    sshd sends one at each log-in by key; paramiko spells it out byte by byte for a log that nobody keeps.
    """

    def read_message(self) -> tuple[int, paramiko.Message]:
        """The next packet's type and content."""
        kind, message = super().read_message()
        return (MSG_IGNORE if kind == MSG_DEBUG else kind), message

    def start_handshake(self, timeout: float) -> None:
        """No timer."""

    def complete_handshake(self) -> None:
        """Nothing to cancel; paramiko calls it after every packet."""


@lru_cache(maxsize=64)
def _private_key(text: str) -> paramiko.PKey:
    for kind in _PRIVATE_KEYS:
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    raise AuthenticationError("the Connection's private key is not an Ed25519, ECDSA or RSA key that can be read")


def _tcp(endpoint: Endpoint, limits: SessionLimits) -> socket.socket:
    where = f"{endpoint.address}:{endpoint.port}"
    try:
        plain = socket.create_connection((endpoint.address, endpoint.port), timeout=limits.connect_s)
    except TimeoutError as error:
        raise ConnectTimeoutError(f"{where} did not answer within {limits.connect_s:g} s") from error
    except OSError as error:
        raise UnreachableError(f"{where}: {error.strerror or error}") from error
    prompt = _PromptSocket(fileno=plain.detach())
    prompt.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return prompt


def _preferred(wanted: tuple[str, ...], offered: tuple[str, ...]) -> tuple[str, ...]:
    first = tuple(name for name in wanted if name in offered)
    return first + tuple(name for name in offered if name not in first)


def _configure(transport: paramiko.Transport, key_type: str, limits: SessionLimits) -> None:
    options = transport.get_security_options()
    options.kex = _preferred(_KEX_FIRST, tuple(options.kex))
    options.ciphers = _preferred(_CIPHERS_FIRST, tuple(options.ciphers))
    wanted = _RSA_SIGNATURES if key_type == "ssh-rsa" else (key_type,)
    known = tuple(name for name in wanted if name in options.key_types)
    if not known:
        raise HostKeyError(f"the inventory's host key type {key_type!r} is not one that we speak")
    options.key_types = known
    transport.banner_timeout = limits.handshake_s
    transport.auth_timeout = limits.handshake_s
    transport.channel_timeout = limits.handshake_s


def _exchange_keys(transport: paramiko.Transport, limit_s: float) -> None:
    """As ``start_client`` does, which would look ten times a second whether it is done."""
    done = threading.Event()
    transport.start_client(done)
    if not done.wait(limit_s):
        raise paramiko.SSHException(f"no key exchange within {limit_s:g} s")
    if not transport.is_active():
        raise transport.get_exception() or paramiko.SSHException("the key exchange failed")


def _log_in(transport: paramiko.Transport, user: str, key: paramiko.PKey, limit_s: float) -> None:
    """As ``auth_publickey`` does, without its looks."""
    done = threading.Event()
    transport.auth_publickey(user, key, done)
    if not done.wait(limit_s):
        raise paramiko.SSHException(f"no answer to the log-in within {limit_s:g} s")
    if not transport.is_authenticated():
        raise transport.get_exception() or paramiko.AuthenticationException("Authentication failed.")


def _check_host_key(transport: paramiko.Transport, endpoint: Endpoint) -> None:
    shown = transport.get_remote_server_key()
    if [shown.get_name(), shown.get_base64()] != endpoint.host_key.split()[:2]:
        raise HostKeyError(
            f"{endpoint.address}:{endpoint.port} shows host key {shown.fingerprint}, which is not the one in the "
            "inventory: find out why before you change the inventory"
        )


def connect(endpoint: Endpoint, login: Login, limits: SessionLimits) -> paramiko.Transport:
    """A connected, authenticated transport whose host key is the inventory's.

    Raises:
        ConnectTimeoutError: nothing answered within ``limits.connect_s``.
        HostKeyError: another host key than the inventory's.
        AuthenticationError: the host refuses our user or key.
        UnreachableError: whatever else kept us from a session.
    """
    where = f"{endpoint.address}:{endpoint.port}"
    key = _private_key(login.private_key)
    transport = paramiko.Transport(_tcp(endpoint, limits), disabled_algorithms={}, packetizer_class=_LeanPacketizer)
    transport.sock.settimeout(_WAKE_S)
    try:
        _configure(transport, endpoint.host_key.split()[0], limits)
        _exchange_keys(transport, limits.handshake_s)
        _check_host_key(transport, endpoint)
        _log_in(transport, login.user, key, limits.handshake_s)
    except paramiko.AuthenticationException as error:
        hang_up(transport)
        raise AuthenticationError(f"{where} refuses user {login.user!r}: {error}") from error
    except paramiko.ssh_exception.IncompatiblePeer as error:
        hang_up(transport)
        raise HostKeyError(f"{where} offers no host key of the inventory's type: {error}") from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        hang_up(transport)
        raise UnreachableError(f"{where} answered, but no SSH session came about: {error}") from error
    except UnreachableError:
        hang_up(transport)
        raise
    return transport


def hang_up(transport: paramiko.Transport) -> None:
    """Close at once: the socket first, so that the reader thread wakes now and not at its next poll."""
    sock = transport.sock
    if isinstance(sock, socket.socket):
        with contextlib.suppress(OSError):  # the other side was faster
            sock.shutdown(socket.SHUT_RDWR)
    transport.close()
