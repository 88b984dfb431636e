"""Airflow's side: task bodies (fetch by id, call one operation, return an id), sensors, triggers, notifiers."""
