"""Briefings that are made by themselves, kept as files, and told of on pages."""
