"""What can go wrong with the private cluster, each said in one line."""


class ClusterError(Exception):
    """The private PostgreSQL cannot be used; the message says why and what helps."""
