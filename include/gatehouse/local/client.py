"""A small client of Airflow's REST API v2, for the demo, the shell and the tests."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from gatehouse.local.errors import AirflowApiError

Json = dict[str, Any]
_LIMIT_S = 60.0
_PAGE = 100
FINISHED = frozenset({"success", "failed"})


class AirflowClient:
    """Airflow as one user. Every method raises :class:`AirflowApiError` when Airflow refuses or does not answer.

    ``base_url`` is like ``http://127.0.0.1:8080``. The log-in happens at the first call and again when it has expired.
    """

    def __init__(self, base_url: str, user: str, password: str, transport: httpx.BaseTransport | None = None) -> None:
        self._user, self._password = user, password
        # No proxy between us and our own machine, whatever the environment says.
        self._http = httpx.Client(base_url=base_url, timeout=_LIMIT_S, trust_env=False, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def health(self) -> Json:
        """Each component's ``status`` and latest heartbeat, by name. Needs no log-in."""
        return self._json(self._send("GET", "/api/v2/monitor/health"))

    def dags(self) -> list[Json]:
        """Every DAG that this user may see."""
        return list(self._pages("/dags", "dags"))

    def dag(self, dag_id: str) -> Json:
        """One DAG."""
        return self._call("GET", f"/dags/{quote(dag_id, safe='')}")

    def import_errors(self) -> list[Json]:
        """DAG files that could not be read, with their tracebacks."""
        return list(self._pages("/importErrors", "import_errors"))

    def unpause(self, dag_id: str, *, paused: bool = False) -> None:
        """Let a DAG run (or not)."""
        self._call("PATCH", f"/dags/{quote(dag_id, safe='')}", json={"is_paused": paused})

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None, run_id: str | None = None) -> str:
        """Start a run; returns its id."""
        body: Json = {"logical_date": None, "conf": dict(conf or {})}
        if run_id:
            body["dag_run_id"] = run_id
        return str(self._call("POST", f"/dags/{quote(dag_id, safe='')}/dagRuns", json=body)["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> Json:
        """One run; ``state`` is queued, running, success or failed."""
        return self._call("GET", _run_path(dag_id, run_id))

    def runs(self, dag_id: str) -> list[Json]:
        """Every run of a DAG."""
        return list(self._pages(f"/dags/{quote(dag_id, safe='')}/dagRuns", "dag_runs"))

    def task_instances(self, dag_id: str, run_id: str) -> list[Json]:
        """Every task instance of a run, mapped ones each for itself."""
        return list(self._pages(f"{_run_path(dag_id, run_id)}/taskInstances", "task_instances"))

    def log(self, dag_id: str, run_id: str, task_id: str, try_number: int = 1, map_index: int = -1) -> str:
        """What a try of a task printed, one event a line, an error with its type and words."""
        path = f"{_run_path(dag_id, run_id)}/taskInstances/{quote(task_id, safe='')}/logs/{try_number}"
        content = self._call("GET", path, params={"map_index": map_index, "full_content": True})["content"]
        return "\n".join(text for line in content for text in _log_lines(line))

    def xcom(self, dag_id: str, run_id: str, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:
        """The value that a task left under a key."""
        path = f"{_run_path(dag_id, run_id)}/taskInstances/{quote(task_id, safe='')}/xcomEntries/{quote(key, safe='')}"
        return self._call("GET", path, params={"map_index": map_index, "deserialize": True})["value"]

    def waiting_for_people(self, dag_id: str = "~", run_id: str = "~") -> list[Json]:
        """Human-in-the-loop questions without an answer; ``~`` is any."""
        path = f"{_run_path(dag_id, run_id)}/hitlDetails"
        return list(self._pages(path, "hitl_details", response_received=False))

    def question(self, dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> Json:
        """One human-in-the-loop question: subject, body, options, params, and the answer if there is one."""
        return self._call("GET", _question_path(dag_id, run_id, task_id, map_index))

    def answer(
        self,
        dag_id: str,
        run_id: str,
        task_id: str,
        options: list[str],
        params: Mapping[str, Any] | None = None,
        map_index: int = -1,
    ) -> Json:
        """Answer it. ``params`` must hold every field of the form; a second answer is refused with 409."""
        body = {"chosen_options": options, "params_input": dict(params or {})}
        return self._call("PATCH", _question_path(dag_id, run_id, task_id, map_index), json=body)

    def clear(self, dag_id: str, run_id: str, task_ids: list[str] | None = None, *, only_failed: bool = False) -> Json:
        """Run tasks again: those named, or all of the run."""
        body: Json = {"dag_run_id": run_id, "dry_run": False, "only_failed": only_failed, "reset_dag_runs": True}
        if task_ids:
            body["task_ids"] = task_ids
        return self._call("POST", f"/dags/{quote(dag_id, safe='')}/clearTaskInstances", json=body)

    def wait_for_run(self, dag_id: str, run_id: str, limit_s: float, every_s: float = 1.0) -> Json:
        """Wait until a run is over; returns it.

        Raises:
            AirflowApiError: it is still going after ``limit_s`` seconds.
        """
        deadline = time.monotonic() + limit_s
        while (run := self.run(dag_id, run_id))["state"] not in FINISHED:
            if time.monotonic() >= deadline:
                raise AirflowApiError(f"{dag_id} {run_id} is still {run['state']} after {limit_s:g} s")
            time.sleep(every_s)
        return run

    def _pages(self, path: str, key: str, **params: Any) -> Iterator[Json]:
        offset = 0
        while True:
            page = self._call("GET", path, params={**params, "limit": _PAGE, "offset": offset})
            yield from page[key]
            offset += len(page[key])
            if not page[key] or offset >= page["total_entries"]:
                return

    def _call(self, method: str, path: str, **options: Any) -> Json:
        """A call as our user; logs in when there is no token or it has expired."""
        if "Authorization" not in self._http.headers:
            self._log_in()
        answer = self._send(method, f"/api/v2{path}", **options)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._log_in()
            answer = self._send(method, f"/api/v2{path}", **options)
        return self._json(answer)

    def _log_in(self) -> None:
        login = {"username": self._user, "password": self._password}
        self._http.headers.pop("Authorization", None)
        token = self._json(self._send("POST", "/auth/token", json=login))["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        with _no_answer(self._http.base_url):
            return self._http.request(method, path, headers={"Accept": "application/json"}, **options)

    def _json(self, answer: httpx.Response) -> Json:
        if answer.is_error:
            where = f"{answer.request.method} {answer.request.url.path}"
            raise AirflowApiError(f"{where}: {answer.status_code} {_reason(answer)}", answer.status_code)
        held: Json = answer.json() if answer.content else {}
        return held


def _log_lines(line: Json | str) -> list[str]:
    if not isinstance(line, dict):
        return [line]
    errors = line.get("error_detail") or ()
    return [str(line.get("event", "")), *(f"{error.get('exc_type')}: {error.get('exc_value')}" for error in errors)]


def _run_path(dag_id: str, run_id: str) -> str:
    return f"/dags/{quote(dag_id, safe='')}/dagRuns/{quote(run_id, safe='')}"


def _question_path(dag_id: str, run_id: str, task_id: str, map_index: int) -> str:
    return f"{_run_path(dag_id, run_id)}/taskInstances/{quote(task_id, safe='')}/{map_index}/hitlDetails"


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("detail", ""))[:500]
    except (ValueError, AttributeError):
        return answer.text[:200]


@contextmanager
def _no_answer(base_url: httpx.URL) -> Iterator[None]:
    try:
        yield
    except httpx.TransportError as error:
        raise AirflowApiError(f"Airflow at {base_url} does not answer ({error}): is the stack up?") from error
