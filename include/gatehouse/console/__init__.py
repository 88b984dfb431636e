"""The pages inside the Airflow UI: programs, gates, rounds, hosts and raw outputs, to look at and never to act."""
