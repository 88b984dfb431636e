"""paramiko as it is first written: a connection a command, key file and known hosts read for each."""

import paramiko
from job import in_threads, load

job = load()


def visit(target):
    """One connection a command."""
    answered = 0
    for line in target.lines:
        with paramiko.SSHClient() as client:
            client.load_host_keys(job.known_hosts)
            client.connect(target.address, target.port, job.user, key_filename=job.key, timeout=job.connect_s or None)
            _, out, _ = client.exec_command(line, timeout=job.command_s or None)
            out.read()
            out.channel.recv_exit_status()
            answered += 1
    return answered


in_threads(job, visit)
