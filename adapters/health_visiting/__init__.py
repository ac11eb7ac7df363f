"""Health visiting: HL7 v2 referral messages (REF of I12, I13 and I14) in the manner of CHSP-PS."""
