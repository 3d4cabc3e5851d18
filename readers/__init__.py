"""Tables out of whatever a city's data staff have: files, addresses, databases."""
