"""Gatehouse proves AI hardware before anyone trusts it, and keeps proving it for as long as it serves."""

__version__ = "0.1.0"
