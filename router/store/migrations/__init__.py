"""The store's schema, revision by revision. Each keeps its own copy of what it makes; none imports ``tables``."""
