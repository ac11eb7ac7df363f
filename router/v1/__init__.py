"""Generated from the contract in proto/router/v1; `make proto` writes it anew."""
