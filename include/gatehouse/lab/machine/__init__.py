"""The model of one host: what its tools would find if it were real. Faults change it, tools print it."""
