"""What the real tools would print about a model. One file a tool or family; found by walking this folder."""
