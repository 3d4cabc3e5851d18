"""When a clock asks for attention: a case's, a timetable's."""

from datetime import timedelta

DUE_SOON = timedelta(hours=2)
# A stop is served in time from a minute before until five minutes after it is due.
PUNCTUAL = (timedelta(minutes=-1), timedelta(minutes=5))
# A vehicle of which nothing was heard for the first is drawn as stale, after the second no more.
VEHICLE_STALE = timedelta(minutes=3)
VEHICLE_GONE = timedelta(minutes=10)
