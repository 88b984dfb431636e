"""libssh2 by ssh2-python: a connection and one bundled script a host, nothing else. The floor of a client in C."""

import socket

from job import codes_in, in_threads, load
from ssh2.session import Session

job = load()


def visit(target):
    """One visit. No host key is compared and no output bounded: what strictness costs is not in this number."""
    with socket.create_connection((target.address, target.port), job.connect_s or None) as sock:
        sock.settimeout(None)
        session = Session()
        session.set_timeout(int(1000 * job.command_s * len(target.commands)))
        session.handshake(sock)
        session.userauth_publickey_fromfile(job.user, job.key)
        channel = session.open_session()
        channel.execute(target.bundle)
        output = bytearray()
        while True:
            size, data = channel.read(65536)
            if size <= 0:
                break
            output += data
        return codes_in(output.decode())


in_threads(job, visit)
