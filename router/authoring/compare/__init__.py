"""What changes between two packs: as written, proved over all possible families, and tried on many of them."""
