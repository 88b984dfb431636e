"""A simulated fleet that speaks real SSH: one process, one endpoint a host, with faults to inject.

``profiles`` say what a SKU is made of, ``machine`` is the model of one host, ``faults`` change that model, ``tools``
print it as the real tools would, ``shell`` runs command lines against the tools, and ``server`` puts it on the wire.
"""
