"""Entities that context brokers notify of (FIWARE NGSI-v2 and NGSI-LD)."""
