"""What do the identity records of chassis, board and power supplies say?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="fru_inventory",
    title="FRU inventory",
    question="Is every field-replaceable unit there that the BMC knows, with the product's own identity?",
    cells={ANY_VENDOR: (Ask("ipmitool-fru", ("ipmitool", "fru", "print"), limit_s=120, root=True),)},
    expect_minutes=0.2,
)
