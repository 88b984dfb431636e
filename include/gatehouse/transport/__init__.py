"""How we reach a host: one SSH connection, all commands of a plan in one framed script."""
