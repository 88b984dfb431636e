"""What people take away from the evidence: gate tables, phase reports, OCP export. Pure: no I/O but templates."""
