"""Open311 GeoReport v2: a client that polls other cities' servers, and a server of our own for apps."""
