"""What omnidesk promises in figures, measured: `python -m bench` prints the table."""
