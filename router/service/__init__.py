"""The gRPC service: thin servicers over batches that match, decide and commit."""
