"""What a plug-in's own tests need: the contract suites that every implementation runs."""
