"""Reads districts, parks, spaces, tenancies and projects from files, checks them, and hands them to the domain."""
