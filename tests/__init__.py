"""The tests of omnidesk."""
