"""The referral router: one lead service for a family with a baby, and the reasons why."""
