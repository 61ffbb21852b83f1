"""The screen in a browser: a door that lets in whom it may, and a screen for each tab."""
