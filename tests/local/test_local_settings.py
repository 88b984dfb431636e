"""What Airflow imports in each of its processes."""

import importlib.util
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

import airflow_local_settings
from gatehouse.local.processes import wait_until

INCLUDE = Path(airflow_local_settings.__file__).parent
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel call is Linux's")


def dead(pid: int) -> bool:
    """Whether a process is gone, or only waits to be buried."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("name", airflow_local_settings.PRELOADED)
def test_what_is_preloaded_exists(name: str) -> None:
    """It should not break the scheduler with a module that a newer version has moved."""
    assert importlib.util.find_spec(name) is not None


def test_importing_it_elsewhere_does_nothing() -> None:
    """It should not load Airflow, or change forks, outside a stack."""
    code = "import sys, airflow_local_settings; print('airflow' in sys.modules, 'paramiko' in sys.modules)"
    env = {name: value for name, value in os.environ.items() if name != "GATEHOUSE_STACK"} | {
        "PYTHONPATH": str(INCLUDE)
    }
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


@linux_only
def test_a_fork_dies_with_its_parent() -> None:
    """It should end a worker, and the worker's task, when the scheduler gets SIGKILL."""
    code = """
        import os, time
        import airflow_local_settings
        airflow_local_settings.tie_forks()
        worker = os.fork()
        if worker == 0:
            task = os.fork()
            if task:
                print(os.getpid(), task, flush=True)
            time.sleep(60)
        time.sleep(60)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(INCLUDE)},
    )
    assert parent.stdout is not None
    with parent.stdout:
        worker, task = map(int, parent.stdout.readline().split())
    assert not dead(worker)
    parent.kill()
    parent.wait()
    assert wait_until(lambda: dead(worker) and dead(task), 10)


@linux_only
def test_a_fork_of_another_thread_outlives_the_thread() -> None:
    """It should not kill a process because the thread that forked it has ended: the kernel looks at the thread."""
    code = """
        import os, threading, time
        import airflow_local_settings
        airflow_local_settings.tie_forks()
        pids = []
        def fork():
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
            pids.append(pid)
        thread = threading.Thread(target=fork)
        thread.start()
        thread.join()
        time.sleep(0.5)
        alive = os.waitpid(pids[0], os.WNOHANG) == (0, 0)
        os.kill(pids[0], 9)
        print(alive)
    """
    env = {**os.environ, "PYTHONPATH": str(INCLUDE)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True\n"


def test_the_log_reader_that_is_replaced_still_exists() -> None:
    """It should be noticed when a newer Airflow reads served logs in another way."""
    from airflow.utils.log.file_task_handler import FileTaskHandler

    assert callable(FileTaskHandler._read_from_logs_server)
