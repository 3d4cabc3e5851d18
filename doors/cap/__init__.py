"""Warnings by the Common Alerting Protocol (CAP 1.0 to 1.2): read, listened to, and taken at the door."""
