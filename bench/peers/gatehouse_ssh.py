"""Gatehouse's transport, as a round uses it."""

import gc

from job import done, load

from gatehouse.model.commands import Command, Ended
from gatehouse.model.hosts import Endpoint, Host, Login
from gatehouse.transport.fan_out import visit_all
from gatehouse.transport.session import SessionLimits
from gatehouse.transport.ssh import run_commands

job = load()
login = Login(job.user, job.key_text)
limits = SessionLimits(connect_s=job.connect_s) if job.connect_s else SessionLimits()
asked = {target.name: target for target in job.targets}
more = {"limit_s": job.command_s} if job.command_s else {}


def host(target):
    """The target as a host of an inventory."""
    return Host(target.name, target.name, "", "", "", "", Endpoint(target.address, target.port, job.host_key), "")


def visit(host):
    """One visit."""
    commands = [Command(str(n), words, **more) for n, words in enumerate(asked[host.name].commands)]
    return run_commands(host.endpoint, login, commands, limits)


gc.freeze()
hosts = commands = 0
for _, session in visit_all([host(t) for t in job.targets], visit, job.at_once):
    ended = sum(c.ended is Ended.EXITED for c in session.completed)
    hosts, commands = hosts + (ended > 0), commands + ended
done(hosts, commands)
