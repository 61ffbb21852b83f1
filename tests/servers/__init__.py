"""Real servers from Debian, on loopback, for one test run."""
