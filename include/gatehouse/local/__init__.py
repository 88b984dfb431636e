"""Everything on one machine: PostgreSQL, Airflow and the lab, started, watched and stopped together."""
