"""Lagrangian bounds, prices and the linear relaxation."""
