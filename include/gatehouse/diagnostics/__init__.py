"""What we ask a machine. One file a diagnostic; found by walking this folder, so there is no list to keep by hand."""
