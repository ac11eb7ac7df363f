"""One invented family through its months, as each of those concerned meets it."""
