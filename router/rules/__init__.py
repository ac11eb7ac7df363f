"""Rule packs: reading them, evaluating them twice, and comparing the two."""
