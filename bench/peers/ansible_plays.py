"""Ansible, by its own command: ``raw`` with one bundled script, or the shell module with a task a command."""

import json
import os
import subprocess
import sys
from pathlib import Path

from job import done, load

job = load()
how = sys.argv[2]
folder = Path(job.folder)
inventory = folder / "inventory.json"
inventory.write_text(
    json.dumps({"all": {"hosts": {t.name: {"bundle": t.bundle, "lines": t.lines} for t in job.targets}}})
)
play = {"hosts": "all", "gather_facts": False, "strategy": "free" if how == "raw" else "linear"}
if how == "raw":
    play["tasks"] = [{"ansible.builtin.raw": "{{ bundle }}"}]
else:
    count = max(len(t.commands) for t in job.targets)
    play["tasks"] = [{"ansible.builtin.shell": f"{{{{ lines[{n}] }}}}"} for n in range(count)]
book = folder / "play.json"
book.write_text(json.dumps([play]))
settings = {
    "ANSIBLE_FORKS": str(job.at_once), "ANSIBLE_PIPELINING": "1", "ANSIBLE_HOME": str(folder / "ansible"),
    "ANSIBLE_SSH_ARGS": f"-F {job.ssh_config} -o ControlMaster=auto -o ControlPersist=5s",
    "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp"), "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    "ANSIBLE_TIMEOUT": str(int(job.connect_s or 10)), "ANSIBLE_TASK_TIMEOUT": str(int(job.command_s)),
}  # fmt: skip
command = Path(sys.executable).parent / "ansible-playbook"
said = subprocess.run(
    [command, "-i", inventory, book], env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True, check=False
)
recap = [line for line in said.stdout.split("PLAY RECAP", 1)[-1].splitlines() if " ok=" in line]
ok = {line.split()[0]: int(line.split(" ok=")[1].split()[0]) for line in recap}
a_task = {t.name: len(t.commands) if how == "raw" else 1 for t in job.targets}
done(sum(count > 0 for count in ok.values()), sum(count * a_task[name] for name, count in ok.items()))
