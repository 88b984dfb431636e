"""ClusterShell's library over OpenSSH's client: one bundled script a host, curve25519 by the ssh configuration."""

from ClusterShell.Task import task_self
from job import codes_in, done, load

job = load()
task = task_self()
task.set_info("fanout", job.at_once)
task.set_info("ssh_options", f"-F {job.ssh_config}")
task.set_info("connect_timeout", job.connect_s or 0)
for target in job.targets:
    task.shell(target.bundle, nodes=target.name, timeout=job.connect_s + job.command_s or None)
task.resume()
answered = [codes_in((task.node_buffer(target.name) or b"").decode()) for target in job.targets]
done(sum(count > 0 for count in answered), sum(answered))
