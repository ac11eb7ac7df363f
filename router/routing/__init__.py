"""From facts and rules to one lead service, the services beside it, the notices, and the reasons."""
