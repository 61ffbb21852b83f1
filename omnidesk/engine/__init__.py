"""The engine: receives from every channel and sends what is due. It has no screen."""
