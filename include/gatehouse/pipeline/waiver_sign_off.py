"""Asks a person to sign a waiver in a role, and files the answer. One person cannot sign twice: another is asked."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Context, Param
from airflow.sdk.exceptions import AirflowSkipException

from gatehouse.model.errors import RefusedError
from gatehouse.model.waivers import WaiverRole, WaiverState
from gatehouse.operations.file_waiver import approve_waiver, reject_waiver
from gatehouse.operations.view_waivers import view_waiver, waiver_question
from gatehouse.pipeline.sign_off import ASK_AGAIN, MANY, AskAgain
from gatehouse.pipeline.workspace import workspace_from_connections


class WaiverSignOffOperator(ApprovalOperator):
    """Asks for one of a waiver's two sign-offs. A reject ends the waiver, and nobody else is asked."""

    template_fields: Sequence[str] = ("subject", "body", "waiver")
    ui_color = "#f6e3c5"

    def __init__(self, *, waiver: Any, roles: Sequence[WaiverRole], **kwargs: Any) -> None:
        comment = Param(None, type=["null", "string"], title="Comment", description="Stands in the waiver's history.")
        words = [role.value for role in roles]
        role = Param(words[0], type="string", enum=words, title="Your role")
        ours = {
            "params": {"role": role, "comment": comment},
            "retries": MANY,
            "retry_delay": timedelta(seconds=2),
            "retry_policy": ASK_AGAIN,
        }
        subject = f"{{{{ params.program }}}} {{{{ params.phase }}}}: waive {{{{ params.criterion }}}}, as {words[0]}?"
        super().__init__(subject=subject, body="", **{**kwargs, **ours})
        self.waiver = waiver
        self.roles = tuple(roles)

    def execute(self, context: Context, event: dict[str, Any] | None = None) -> Any:
        """Ask, unless somebody signed in this role meanwhile, or the waiver is over."""
        workspace = workspace_from_connections()
        view = view_waiver(workspace, int(self.waiver))
        if view.state not in (WaiverState.WAITING, WaiverState.IN_FORCE):
            raise AirflowSkipException(f"waiver {self.waiver} is over: {view.standing}")
        if view.state is WaiverState.IN_FORCE or view.signed_as(self.roles):
            return view.standing
        self.body = waiver_question(workspace, view)
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """File the answer. Who may not sign is told so in the log, and the question is asked again."""
        answer = super(ApprovalOperator, self).execute_complete(context=context, event=event)
        user, inputs = answer.get("responded_by_user") or {}, answer.get("params_input") or {}
        who = user.get("name") or user.get("id") or "unknown"
        role, comment = WaiverRole(inputs.get("role") or self.roles[0]), inputs.get("comment") or ""
        workspace, number, ti = workspace_from_connections(), int(self.waiver), context["ti"]
        source = f"{ti.id}/{ti.try_number}"
        try:
            if answer["chosen_options"] == [self.APPROVE]:
                approve_waiver(workspace, number, who, role, source, text=comment)
            else:
                reject_waiver(workspace, number, who, comment or "no reason given", source, role=role)
        except RefusedError as error:
            self._again_or_over(number, error)
        self.log.info("%s (%s): %s %s", who, role.value, answer["chosen_options"][0], comment)
        return view_waiver(workspace, number).standing

    def _again_or_over(self, number: int, error: RefusedError) -> None:
        """Ask again while the waiver waits for signatures; there is nothing left to ask otherwise."""
        if view_waiver(workspace_from_connections(), number).state is WaiverState.WAITING:
            raise AskAgain(f"{error}; asking again") from error
        raise AirflowSkipException(str(error)) from error
