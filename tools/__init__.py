"""What makes the parts of the docs that come from the code."""
