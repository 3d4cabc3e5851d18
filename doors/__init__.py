"""Live doors: clients and servers of the protocols that cities use, which hand what they hear to `ingest`."""
