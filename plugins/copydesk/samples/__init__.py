"""Invented feeds and pages, read as the sources of ``dags/sources/samples.yaml``."""
