"""What each simulated SKU is made of: one file a SKU, found by walking this folder."""
