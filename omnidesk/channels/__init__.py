"""The ways in and out of the desk, one package a kind."""
