"""A portal to look at: one city in the middle of a cohort, one recruiting, one with outcomes.

Everything is made by the actions that people would have called, on a clock that travels
through the months, so that every history is a true one.
"""
