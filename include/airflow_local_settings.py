"""Airflow imports this in every one of its processes, by its name, before anything else runs.

It loads what tasks need before workers are forked, ties every fork to its parent's life, and reads logs from the disk.
"""

import ctypes
import importlib
import os
import signal
import sys
import threading

# Loaded once in the scheduler, shared by all forked workers: a task's CPU falls from 0.26 to 0.17 s, one that uses
# Great Expectations from 4.5 to 0.2 s.
PRELOADED = (
    "airflow.sdk",
    "airflow.sdk.definitions.mappedoperator",
    "airflow.sdk.execution_time.task_runner",
    "airflow.sdk.execution_time.callback_runner",
    "airflow.providers.standard.decorators.python",
    "airflow.triggers.base",
    "jinja2.ext",
    "paramiko",
    "great_expectations",
)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def preload() -> None:
    """Import what every worker will need."""
    importlib.import_module("logging").getLogger("great_expectations").setLevel("WARNING")
    for name in PRELOADED:
        importlib.import_module(name)


def tie_forks() -> None:
    """Let the kernel end every forked child with its parent: a killed scheduler leaves no worker behind (Linux).

    Only forks of the main thread: the kernel looks at the thread, and another one may end long before its process.
    """
    libc = ctypes.CDLL(None)
    from_main_thread: list[int] = []

    def before() -> None:
        from_main_thread[:] = [os.getpid()] if threading.current_thread() is threading.main_thread() else []

    def after() -> None:
        if from_main_thread:
            libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
            if os.getppid() != from_main_thread[0]:  # it died meanwhile
                os._exit(1)

    os.register_at_fork(before=before, after_in_child=after)


def read_logs_from_disk() -> None:
    """Ask no log server for the logs of running tasks: there is none, and the files lie on this disk."""
    handler = importlib.import_module("airflow.utils.log.file_task_handler").FileTaskHandler
    handler._read_from_logs_server = lambda *_: ([], [])


if os.environ.get("GATEHOUSE_STACK"):
    if sys.platform.startswith("linux"):
        tie_forks()
    if "scheduler" in sys.argv:
        preload()
    if "api-server" in sys.argv:
        read_logs_from_disk()
