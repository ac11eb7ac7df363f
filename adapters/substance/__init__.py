"""Drug and alcohol services: a CSV extract in the manner of DAISy, one row for each client's referral."""
