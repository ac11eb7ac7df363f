"""Where the record lives: one interface, implemented by each store."""
