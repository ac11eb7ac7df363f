"""The domain's terms. Imports the standard library and its siblings only."""
