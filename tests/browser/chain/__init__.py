"""The acts of the one long story that tests/browser/test_chain.py tells, and what they are played with."""
