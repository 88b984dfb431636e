"""How do the accelerators reach each other?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="accelerator_topology",
    title="Accelerator topology",
    question="Does every accelerator reach every other over the links of the SKU, and may it read the other's memory?",
    cells={
        "nvidia": (
            Ask("nvidia-smi-topo", ("nvidia-smi", "topo", "-m"), limit_s=60),
            Ask("nvidia-smi-topo-p2p", ("nvidia-smi", "topo", "-p2p", "n"), limit_s=60),
        ),
        "aws": (Ask("neuron-ls-table", ("neuron-ls",)),),
    },
)
