"""What people do about families: reviews, joining and parting, infants who move, and what is decided again for it."""
