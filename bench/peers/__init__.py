"""The programs beside which omnidesk is measured."""
