"""Pages on paper: printed by a browser on the server, which sees nothing but this very application."""
