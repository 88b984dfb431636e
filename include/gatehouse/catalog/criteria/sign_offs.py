"""Who must sign."""

from typing import Literal, get_args

from pydantic import Field, field_validator

from gatehouse.catalog.criteria.base import CriterionSpec
from gatehouse.model.status import Severity

# Sign-off roles of published NPI procedures (MTE lead and manager, NPI PM, quality), and proposed ones behind them.
Role = Literal[
    "NPI program manager",
    "quality engineer",
    "reliability engineer",
    "test engineering lead",
    "test engineering manager",
    "security and firmware engineer",
    "capacity planner",
    "service owner",
]
ROLES: tuple[str, ...] = get_args(Role)


class SignOffs(CriterionSpec):
    """People in each of these roles, all different, approve this very evidence; nobody rejects it. Never waived."""

    kind: Literal["sign_offs"]
    roles: tuple[Role, ...] = Field(min_length=1)
    severity: Literal[Severity.BLOCKER] = Severity.BLOCKER

    @field_validator("roles")
    @classmethod
    def _once(cls, roles: tuple[Role, ...]) -> tuple[Role, ...]:
        if twins := sorted({role for role in roles if roles.count(role) > 1}):
            raise ValueError(f"{', '.join(twins)} stands twice")
        return roles
