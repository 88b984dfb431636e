"""The sign-off: asks people with the gate table in the request, and files each answer with its evidence.

Where the phase wants several roles, they sign one after another, in any order: each approval asks again, until every
role has signed this very evidence. New evidence begins anew, and so does a rejection, once there is new evidence.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Context, ExceptionRetryPolicy, Param, RetryAction, RetryRule
from airflow.sdk.exceptions import AirflowException

from gatehouse.catalog.criteria import ROLES
from gatehouse.model.errors import CatalogError, NotFoundError, StoreError
from gatehouse.model.evidence import SignOff
from gatehouse.model.status import Phase
from gatehouse.operations.advance_phase import sign_off
from gatehouse.pipeline.exit_criteria import MENDING_S
from gatehouse.pipeline.gate_look import look
from gatehouse.pipeline.gate_trigger import GateNewsTrigger
from gatehouse.pipeline.workspace import workspace_from_connections
from gatehouse.reports.gate_table import gate_markdown

ASKED = "evidence_digest"
MANY = 10_000  # answers that a gate may take before its run gives up: in effect none is the last


class AskAgain(AirflowException):
    """The answer does not close the phase: the gate goes back to waiting, and asks again on other evidence."""


# A person's answer, or a person who mends YAML or a database, is waited for; any other error is ours, and shown.
ASK_AGAIN = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception=AskAgain, action=RetryAction.RETRY, retry_delay=timedelta(seconds=2)),
        RetryRule(
            exception=[CatalogError, NotFoundError, StoreError],
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=MENDING_S),
        ),
    ],
    default=RetryAction.FAIL,
)


class SignOffOperator(ApprovalOperator):
    """Asks for sign-offs while all else is met. A reject sends the phase back to waiting for new evidence."""

    template_fields: Sequence[str] = ("subject", "body", "program")
    ui_color = "#f6e3c5"

    def __init__(self, *, program: str, phase: Phase, **kwargs: Any) -> None:
        comment = Param(None, type=["null", "string"], title="Comment", description="Stands in the report.")
        role = Param(ROLES[0], type="string", enum=list(ROLES), title="Your role")
        ours = {
            "params": {"role": role, "comment": comment},
            "retries": MANY,
            "retry_delay": timedelta(seconds=2),
            "retry_policy": ASK_AGAIN,
        }
        super().__init__(subject=f"{{{{ params.program }}}}: may {phase} exit?", body="", **{**kwargs, **ours})
        self.program = program
        self.phase = phase

    def execute(self, context: Context, event: dict[str, Any] | None = None) -> Any:
        """Ask, once all but the signatures is there; a gate that has closed again is waited for first."""
        view, seen = look(self.log, self.program, self.phase)
        if not view.decision.signable:
            self.defer(trigger=GateNewsTrigger(self.program, self.phase, seen), method_name="execute")
        context["ti"].xcom_push(key=ASKED, value=view.decision.evidence_digest)
        self.body = gate_markdown(view.decision, view.names)
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """File the answer; the phase closes once everybody who must has approved the evidence that still stands."""
        answer = super(ApprovalOperator, self).execute_complete(context=context, event=event)
        ti = context["ti"]
        user = answer.get("responded_by_user") or {}
        inputs = answer.get("params_input") or {}
        approved = answer["chosen_options"] == [self.APPROVE]
        filed = SignOff(
            who=user.get("name") or user.get("id") or "unknown",
            role=inputs.get("role") or ROLES[0],
            approved=approved,
            comment=inputs.get("comment") or "",
            evidence_digest=ti.xcom_pull(task_ids=self.task_id, key=ASKED) or "",
            at=answer.get("responded_at") or datetime.now(UTC),
        )
        sign_off(workspace_from_connections(), self.program, self.phase, filed, source=f"{ti.id}/{ti.try_number}")
        self.log.info("%s (%s) %s: %s", filed.who, filed.role, "approved" if approved else "rejected", filed.comment)
        view, _ = look(self.log, self.program, self.phase)
        if not approved:
            raise AskAgain(f"{filed.who} rejected; {self.phase} waits for new evidence, then asks again")
        if view.decision.evidence_digest != filed.evidence_digest or not view.decision.signable:
            raise AskAgain("the evidence changed while it was being signed off; asking again")
        if not view.decision.open:
            raise AskAgain(f"signed by {filed.who} ({filed.role}); still to sign: {', '.join(view.decision.awaits)}")
        return view.decision_id
