"""The client of Airflow's REST API, against a small Airflow of our own."""

import json
from collections.abc import Callable

import httpx
import pytest

from gatehouse.local.client import AirflowClient
from gatehouse.local.errors import AirflowApiError

RUN = "manual__2026-11-23T02:29:00.116059+00:00"


class SmallAirflow:
    """Answers like Airflow, from a table of routes; every token works ``lives`` times."""

    def __init__(self, lives: int = 1000) -> None:
        self.routes: dict[tuple[str, str], Callable[[httpx.Request], httpx.Response]] = {}
        self.asked: list[httpx.Request] = []
        self.tokens: dict[str, int] = {}
        self.lives = lives

    def on(self, method: str, path: str, *answers: object, status: int = 200) -> None:
        """Give these JSON answers in turn, the last one for ever."""
        left = list(answers)

        def answer(_: httpx.Request) -> httpx.Response:
            return httpx.Response(status, json=left.pop(0) if len(left) > 1 else left[0])

        self.routes[method, path] = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.asked.append(request)
        path = request.url.raw_path.decode().partition("?")[0]
        if path == "/auth/token":
            return self._token(json.loads(request.content))
        if path != "/api/v2/monitor/health" and not self._may(request):
            return httpx.Response(401, json={"detail": "Invalid JWT token"})
        if (request.method, path) not in self.routes:
            return httpx.Response(404, json={"detail": f"no {path}"})
        return self.routes[request.method, path](request)

    def _token(self, login: dict[str, str]) -> httpx.Response:
        if login != {"username": "pm", "password": "right"}:
            return httpx.Response(401, json={"detail": "Invalid credentials"})
        token = f"token{len(self.tokens)}"
        self.tokens[token] = self.lives
        return httpx.Response(201, json={"access_token": token})

    def _may(self, request: httpx.Request) -> bool:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.tokens[token] = self.tokens.get(token, 0) - 1
        return self.tokens[token] >= 0


@pytest.fixture
def airflow() -> SmallAirflow:
    """A small Airflow."""
    return SmallAirflow()


def client(airflow: SmallAirflow, password: str = "right") -> AirflowClient:
    """A client of it."""
    return AirflowClient("http://127.0.0.1:1", "pm", password, httpx.MockTransport(airflow))


def sent(airflow: SmallAirflow, method: str) -> object:
    """The body of the last request of that method."""
    return json.loads([request for request in airflow.asked if request.method == method][-1].content)


def test_it_logs_in_once(airflow: SmallAirflow) -> None:
    """It should ask for a token at the first call, and keep it."""
    airflow.on("GET", "/api/v2/dags/d", {"dag_id": "d"})
    with client(airflow) as api:
        assert api.dag("d") == api.dag("d") == {"dag_id": "d"}
    assert len(airflow.tokens) == 1


def test_it_logs_in_again_when_the_token_has_expired() -> None:
    """It should not fail after a day, or after a restart with new keys."""
    airflow = SmallAirflow(lives=1)
    airflow.on("GET", "/api/v2/dags/d", {"dag_id": "d"})
    with client(airflow) as api:
        assert [api.dag("d")["dag_id"] for _ in range(3)] == ["d", "d", "d"]
    assert len(airflow.tokens) == 3


def test_a_wrong_password_is_said(airflow: SmallAirflow) -> None:
    """It should raise with Airflow's reason, and not try for ever."""
    with client(airflow, "wrong") as api, pytest.raises(AirflowApiError, match="Invalid credentials") as caught:
        api.dag("d")
    assert caught.value.status == 401


def test_a_token_that_never_works_ends() -> None:
    """It should log in once more and then give up."""
    airflow = SmallAirflow(lives=0)
    with client(airflow) as api, pytest.raises(AirflowApiError, match="401"):
        api.dag("d")
    assert len(airflow.tokens) == 2


def test_health_needs_no_log_in(airflow: SmallAirflow) -> None:
    """It should ask for health before there are users."""
    airflow.on("GET", "/api/v2/monitor/health", {"scheduler": {"status": "healthy"}})
    with client(airflow, "wrong") as api:
        assert api.health() == {"scheduler": {"status": "healthy"}}
    assert airflow.tokens == {}


def test_ids_are_quoted(airflow: SmallAirflow) -> None:
    """It should reach a run whose id has a plus and colons, and never leave the path by an id."""
    airflow.on("GET", "/api/v2/dags/d/dagRuns/manual__2026-11-23T02%3A29%3A00.116059%2B00%3A00", {"state": "running"})
    with client(airflow) as api:
        assert api.run("d", RUN)["state"] == "running"
        with pytest.raises(AirflowApiError, match="404"):
            api.dag("../connections")
    assert airflow.asked[-1].url.raw_path == b"/api/v2/dags/..%2Fconnections"


def test_every_page_is_read(airflow: SmallAirflow) -> None:
    """It should follow the pages to the end."""
    first = {"task_instances": [{"n": n} for n in range(100)], "total_entries": 130}
    second = {"task_instances": [{"n": n} for n in range(100, 130)], "total_entries": 130}
    airflow.on("GET", "/api/v2/dags/d/dagRuns/r/taskInstances", first, second)
    with client(airflow) as api:
        assert [row["n"] for row in api.task_instances("d", "r")] == list(range(130))
    offsets = [request.url.params["offset"] for request in airflow.asked if request.method == "GET"]
    assert offsets == ["0", "100"]


def test_an_empty_page_ends_the_reading(airflow: SmallAirflow) -> None:
    """It should not loop when rows vanish between two pages."""
    airflow.on("GET", "/api/v2/dags", {"dags": [], "total_entries": 5})
    with client(airflow) as api:
        assert api.dags() == []


def test_a_run_is_triggered_with_its_form(airflow: SmallAirflow) -> None:
    """It should pass the form's values, and return the run's id."""
    airflow.on("POST", "/api/v2/dags/d/dagRuns", {"dag_run_id": "r1"})
    with client(airflow) as api:
        assert api.trigger("d", {"phase": "EVT"}) == "r1"
        assert sent(airflow, "POST") == {"logical_date": None, "conf": {"phase": "EVT"}}
        api.trigger("d", run_id="mine")
    assert sent(airflow, "POST") == {"logical_date": None, "conf": {}, "dag_run_id": "mine"}


def test_a_refusal_carries_airflows_words(airflow: SmallAirflow) -> None:
    """It should say what was asked, the status and the reason."""
    airflow.on("POST", "/api/v2/dags/d/dagRuns", {"detail": "Invalid input for param phase"}, status=400)
    with client(airflow) as api, pytest.raises(AirflowApiError, match=r"POST .*400 Invalid input for param") as caught:
        api.trigger("d")
    assert caught.value.status == 400


@pytest.mark.parametrize("body", [b"<html>gateway</html>", b"[1]", b""])
def test_a_refusal_in_another_form_is_still_said(airflow: SmallAirflow, body: bytes) -> None:
    """It should not fail over an answer that is not Airflow's."""
    airflow.routes["GET", "/api/v2/dags/d"] = lambda _: httpx.Response(502, content=body)
    with client(airflow) as api, pytest.raises(AirflowApiError, match="502"):
        api.dag("d")


def test_an_airflow_that_is_not_there() -> None:
    """It should say so in one line, with status 0."""
    with AirflowClient("http://127.0.0.1:9", "pm", "x") as api, pytest.raises(AirflowApiError) as caught:
        api.health()
    assert caught.value.status == 0
    assert "is the stack up?" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_log_is_its_events(airflow: SmallAirflow) -> None:
    """It should read structured lines and plain ones."""
    content = [{"event": "one", "level": "info"}, {"event": "two"}, "three"]
    airflow.on("GET", "/api/v2/dags/d/dagRuns/r/taskInstances/t/logs/2", {"content": content})
    with client(airflow) as api:
        assert api.log("d", "r", "t", try_number=2, map_index=4) == "one\ntwo\nthree"
    assert airflow.asked[-1].url.params["map_index"] == "4"


def test_questions_are_found_and_answered(airflow: SmallAirflow) -> None:
    """It should list what waits for people, show one, and answer it with its form."""
    waiting = {"hitl_details": [{"subject": "EVT"}], "total_entries": 1}
    airflow.on("GET", "/api/v2/dags/~/dagRuns/~/hitlDetails", waiting)
    path = "/api/v2/dags/d/dagRuns/r/taskInstances/sign_off/-1/hitlDetails"
    airflow.on("GET", path, {"subject": "EVT"})
    airflow.on("PATCH", path, {"responded_by": "pm"})
    with client(airflow) as api:
        assert api.waiting_for_people() == [{"subject": "EVT"}]
        assert api.question("d", "r", "sign_off") == {"subject": "EVT"}
        assert api.answer("d", "r", "sign_off", ["Approve"], {"comment": "ok"}) == {"responded_by": "pm"}
    assert sent(airflow, "PATCH") == {"chosen_options": ["Approve"], "params_input": {"comment": "ok"}}
    listed = next(request for request in airflow.asked if "~" in request.url.path)
    assert listed.url.params["response_received"] == "false"


def test_clear_runs_again_for_real(airflow: SmallAirflow) -> None:
    """It should not be a dry run, and name the tasks only when asked."""
    airflow.on("POST", "/api/v2/dags/d/clearTaskInstances", {"total_entries": 1})
    with client(airflow) as api:
        api.clear("d", "r", ["t"], only_failed=True)
        body = sent(airflow, "POST")
        api.clear("d", "r")
    assert isinstance(body, dict)
    assert (body["dry_run"], body["task_ids"], body["only_failed"]) == (False, ["t"], True)
    assert "task_ids" not in str(sent(airflow, "POST"))


def test_unpause(airflow: SmallAirflow) -> None:
    """It should let a DAG run, or stop it."""
    airflow.on("PATCH", "/api/v2/dags/d", {})
    with client(airflow) as api:
        api.unpause("d")
        assert sent(airflow, "PATCH") == {"is_paused": False}
        api.unpause("d", paused=True)
        assert sent(airflow, "PATCH") == {"is_paused": True}


def test_waiting_for_a_run(airflow: SmallAirflow) -> None:
    """It should return the finished run, failed or not."""
    path = "/api/v2/dags/d/dagRuns/r"
    airflow.on("GET", path, {"state": "queued"}, {"state": "running"}, {"state": "failed"})
    with client(airflow) as api:
        assert api.wait_for_run("d", "r", 5, every_s=0.001)["state"] == "failed"


def test_waiting_has_an_end(airflow: SmallAirflow) -> None:
    """It should say in which state the run still is."""
    airflow.on("GET", "/api/v2/dags/d/dagRuns/r", {"state": "running"})
    with client(airflow) as api, pytest.raises(AirflowApiError, match=r"still running after 0\.01 s"):
        api.wait_for_run("d", "r", 0.01, every_s=0.001)


def test_environment_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should talk to our own machine directly."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with AirflowClient("http://127.0.0.1:9", "pm", "x") as api:
        assert api._http.trust_env is False


def test_a_log_shows_the_error_and_not_only_that_there_was_one(airflow: SmallAirflow) -> None:
    """It should print events as lines, and under a failure its type and words."""
    error = {"exc_type": "RefusedError", "exc_value": "held by round 7"}
    content = [{"event": "begun"}, "plain", {"event": "Task failed with exception", "error_detail": [error]}]
    airflow.on("GET", "/api/v2/dags/d/dagRuns/r/taskInstances/t/logs/1", {"content": content})
    with client(airflow) as api:
        lines = api.log("d", "r", "t").splitlines()
    assert lines == ["begun", "plain", "Task failed with exception", "RefusedError: held by round 7"]
