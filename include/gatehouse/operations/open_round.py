"""Opens a round: fixes what is asked, of which units, and against which limits, before anything is measured."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from gatehouse.catalog.declared import DeclaredDiagnostic
from gatehouse.catalog.limits import Limit
from gatehouse.catalog.plan import Plan
from gatehouse.catalog.policies import FindingPolicy
from gatehouse.catalog.program import Program
from gatehouse.catalog.sku import Sku
from gatehouse.model.errors import RefusedError, UsageError
from gatehouse.model.hosts import Host
from gatehouse.model.status import Phase
from gatehouse.operations.ask_plan import commands_for
from gatehouse.operations.learned_limits import LearnedLimit, enforced_limits
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phases, rounds
from gatehouse.store.engine import Transaction, transaction

ADHOC = "ADHOC"  # a round outside every phase: evidence for people, never for a gate


@dataclass(frozen=True, slots=True)
class RoundRequest:
    """Who wants which units of a program measured, and why. No ``units`` means the whole build of the phase.

    No ``phase`` means the open one; one that exited on conditions may be named, so that evidence can close it for good.
    """

    program: str
    who: str
    reason: str = ""
    units: tuple[str, ...] = ()
    round_id: str = ""
    phase: Phase | None = None


@dataclass(frozen=True, slots=True)
class RoundSpec:
    """What a round asks, as it stood when it was opened: the plan, the SKUs with their limits, the policy.

    ``declared`` are the diagnostics of the plan that YAML declares; ``learned`` the baselines that are enforced.
    """

    plan_id: str
    plan: Plan
    skus: dict[str, Sku]
    policy: FindingPolicy
    declared: dict[str, DeclaredDiagnostic] = field(default_factory=dict)
    learned: tuple[LearnedLimit, ...] = ()

    def limits(self, sku: str) -> tuple[Limit, ...]:
        """What a SKU's readings are held against: its own limits, and those that declared diagnostics bring along."""
        own = (spec.own_limit(name) for name, spec in self.declared.items())
        return (*self.skus[sku].limits, *own)

    def as_json(self) -> dict[str, object]:
        """The form that the store keeps."""
        return {
            "plan_id": self.plan_id,
            "plan": self.plan.model_dump(mode="json"),
            "skus": {name: sku.model_dump(mode="json") for name, sku in self.skus.items()},
            "policy": self.policy.model_dump(mode="json"),
            "declared": {name: spec.model_dump(mode="json") for name, spec in self.declared.items()},
            "learned": [one.as_json() for one in self.learned],
        }

    @classmethod
    def from_json(cls, stored: object) -> "RoundSpec":
        """The stored form, read back."""
        if not isinstance(stored, dict):
            raise UsageError("the stored spec of a round is not an object")
        return cls(
            plan_id=stored["plan_id"],
            plan=Plan.model_validate(stored["plan"]),
            skus={name: Sku.model_validate(sku) for name, sku in stored["skus"].items()},
            policy=FindingPolicy.model_validate(stored["policy"]),
            declared={k: DeclaredDiagnostic.model_validate(v) for k, v in stored.get("declared", {}).items()},
            learned=tuple(LearnedLimit.from_json(one) for one in stored.get("learned", ())),
        )


def open_round(workspace: Workspace, request: RoundRequest) -> str:
    """Open a round on units of the program's open phase, or of the one that is asked for; returns its id.

    The same ``round_id`` opens it once.

    Raises:
        RefusedError: no such phase takes evidence now, or a unit is not of its build.
        UsageError: the build has no hosts.
    """
    catalog = workspace.catalog
    program = catalog.program(request.program)
    with transaction(workspace.engine) as session:
        phase = _phase(session, request, program)
        asked = program.phases[phase]
        hosts = _chosen(catalog.build(request.program, phase), request, phase)
        spec = _spec(workspace, asked.plan, catalog.find("plan", asked.plan, catalog.plans), asked.policy, hosts)
        return _store(session, request, phase, spec, hosts)


def open_adhoc_round(
    workspace: Workspace, plan: str, hosts: Sequence[Host], who: str, reason: str = "",
    only: Collection[str] | None = None,
) -> str:  # fmt: skip
    """Open a round of any plan on any hosts, outside every phase; returns its id. ``only`` leaves out the others.

    Raises:
        UsageError: ``only`` leaves nothing of the plan.
    """
    asked = workspace.catalog.find("plan", plan, workspace.catalog.plans)
    if only is not None:
        kept = tuple(item for item in asked.diagnostics if item.diagnostic in only)
        if not kept:
            raise UsageError(f"plan {plan}: none of its diagnostics would be run")
        asked = asked.model_copy(update={"diagnostics": kept})
    spec = _spec(workspace, plan, asked, "default", hosts)
    with transaction(workspace.engine) as session:
        return _store(session, RoundRequest(ADHOC.lower(), who, reason), ADHOC, spec, hosts)


def _phase(session: Transaction, request: RoundRequest, program: Program) -> Phase:
    phase = request.phase or phases.current_phase(session, request.program)
    if phase is None or phase not in program.phases:
        raise RefusedError(f"{request.program} has no open phase: start its npi_program run first")
    row = phases.phase_row(session, request.program, phase)
    if row is None:
        raise RefusedError(f"{request.program} {phase} is not open yet: leave the phase out to measure the open one")
    if row.closed_at and not row.conditional:
        raise RefusedError(f"{request.program} {phase} has exited, and nothing is left to show there")
    return phase


def _chosen(build: Sequence[Host], request: RoundRequest, phase: Phase) -> Sequence[Host]:
    if not build:
        raise UsageError(
            f"{request.program} has no host with build {phase} in any site of the catalogue: add them to a sites/*.yaml"
        )
    if not request.units:
        return build
    by_name = {host.name: host for host in build} | {host.serial: host for host in build}
    strangers = sorted(set(request.units) - set(by_name))
    if strangers:
        raise RefusedError(
            f"not of {request.program}'s {phase} build: {', '.join(strangers[:5])}"
            f"{' …' if len(strangers) > 5 else ''}; parts of another build never count here"
        )
    return list({host.name: host for host in (by_name[unit] for unit in request.units)}.values())


def _spec(workspace: Workspace, plan_id: str, plan: Plan, policy: str, hosts: Sequence[Host]) -> RoundSpec:
    catalog = workspace.catalog
    skus = {name: catalog.find("SKU", name, catalog.skus) for name in sorted({host.sku for host in hosts})}
    planned = {item.diagnostic for item in plan.diagnostics}
    declared = {name: spec for name, spec in catalog.diagnostics.items() if name in planned}
    for sku in skus.values():
        commands_for(plan.diagnostics, sku, declared)  # refuse a plan that cannot be asked before anything is opened
    return RoundSpec(plan_id, plan, skus, catalog.find("policy", policy, catalog.policies), declared)


def _store(session: Transaction, request: RoundRequest, phase: str, spec: RoundSpec, hosts: Sequence[Host]) -> str:
    spec = replace(spec, learned=enforced_limits(session, spec.plan, spec.skus))
    row = rounds.open_round(
        session,
        round_id=request.round_id or uuid.uuid4().hex[:12],
        program=request.program,
        phase=phase,
        plan=spec.plan_id,
        who=request.who,
        reason=request.reason,
        spec=spec.as_json(),
        hosts=hosts,
    )
    return row.id
