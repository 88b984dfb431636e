"""parallel-ssh (libssh2 under gevent): one bundled script a host. It verifies no host key."""

from gevent import spawn, wait
from job import codes_in, done, load
from pssh.clients import ParallelSSHClient
from pssh.config import HostConfig

job = load()
client = ParallelSSHClient(
    [target.address for target in job.targets],
    pool_size=job.at_once, user=job.user, pkey=job.key, num_retries=1, allow_agent=False,
    timeout=job.connect_s or None,
    host_config=[HostConfig(port=target.port) for target in job.targets],
)  # fmt: skip
outputs = client.run_command(
    "%s",
    host_args=[(target.bundle,) for target in job.targets],
    stop_on_errors=False, read_timeout=job.command_s or None,
)  # fmt: skip
answered = [0] * len(outputs)


def read(number, output):
    """Take what one host says; a host that hangs is cut off by the read time-out."""
    try:
        for line in output.stdout or ():
            answered[number] += codes_in(line)
    except Exception as error:  # noqa: BLE001 -- whatever it raises for a bad host
        print(f"{number}: {type(error).__name__}")


wait([spawn(read, number, output) for number, output in enumerate(outputs)])
done(sum(count > 0 for count in answered), sum(answered))
