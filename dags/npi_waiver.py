"""One waiver: a criterion that people decide to live without, until a day.

Fill in the form; two people sign under *Required Actions*: one for engineering, another one for quality or operations.
Whoever signed once is refused the second time, and another person is asked. A red ``request`` says why it cannot be
waived like this, and what would allow it; a skipped ``in_force`` that the waiver was rejected, or is over.
"""

from airflow.sdk import DAG

from gatehouse.model.waivers import WaiverRole
from gatehouse.pipeline import forms, waiver_tasks
from gatehouse.pipeline.alerts import on_failure
from gatehouse.pipeline.retries import task_defaults
from gatehouse.pipeline.waiver_sign_off import WaiverSignOffOperator

catalog = forms.catalog_for_forms()

with DAG(
    dag_id="npi_waiver",
    dag_display_name="NPI waiver",
    description="Ask to live without an exit criterion until a day; two people sign",
    schedule=None,
    catchup=False,
    max_active_runs=64,
    params={
        "program": forms.program_param(catalog),
        "phase": forms.phase_param("The phase whose gate asks the criterion: open, or exited on conditions."),
        "criterion": forms.criterion_param(catalog),
        "owner": forms.words_param("Owner", "Who answers for it: a name or an e-mail address, told when it ends."),
        "reason": forms.words_param("Reason", "Why it may be lived without."),
        "containment": forms.words_param("Containment", "What keeps the risk small meanwhile."),
        "retest": forms.words_param("Re-test", "When, or on what condition, it is measured again."),
        "units": forms.units_param(catalog, "Which hosts it covers. No unit and no site means the whole build."),
        "sites": forms.sites_param(catalog),
        "expires": forms.day_param("Expires", "It ends at 00:00 UTC of this day, no later than the next gate."),
    },
    default_args=task_defaults(on_failure()),
    on_failure_callback=on_failure(),
    tags=["gatehouse", "npi"],
    doc_md=f"{__doc__}{forms.catalog_warning(catalog)}",
):
    waiver = waiver_tasks.request()
    first = WaiverSignOffOperator(task_id="engineering", waiver=waiver, roles=[WaiverRole.ENGINEERING])
    second = WaiverSignOffOperator(
        task_id="quality_or_operations", waiver=waiver, roles=[WaiverRole.QUALITY, WaiverRole.OPERATIONS]
    )
    first >> second >> waiver_tasks.in_force(waiver)
