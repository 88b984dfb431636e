"""Which diagnostics are worth a machine's time now: what may be broken, what would find it, what that would cost.

``attribution`` reads a fleet's own failures as failure modes, ``rates`` corrects the published rates by them,
``hazards`` says what is at stake on a machine, ``choice`` chooses, ``best_choice`` proves that it chose well.
"""
