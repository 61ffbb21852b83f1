"""A desk to try: loopback servers and customers played by a script."""
