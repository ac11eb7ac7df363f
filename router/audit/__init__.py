"""What is written down of every act, and how it is kept free of personal data."""
