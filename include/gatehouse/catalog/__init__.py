"""What people write in YAML: its specs, and the loader that names file, line and field of every mistake."""
