"""Adapters: each source's native messages become the one canonical referral event, and are sent to the router.

They depend on the public contract, ``router.v1``, and on nothing else of the router.
"""
