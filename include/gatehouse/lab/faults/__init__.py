"""What can be wrong: named faults by component, each a change of the model that tools and kernel log then agree on."""
