"""When a case's clock asks for attention."""

from datetime import timedelta

DUE_SOON = timedelta(hours=2)
