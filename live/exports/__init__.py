"""What can be taken away as a file: any table, and all rows behind a number."""
