"""The fleet on the wire: sockets, keys, SSH sessions."""
