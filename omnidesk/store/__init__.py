"""Where the state of a desk lives."""
