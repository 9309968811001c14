"""Samples to predictions."""
