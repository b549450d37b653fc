from hypothesis import settings

# The same hundred examples on every run, and no time limit for one of them: a busy machine is not a fault.
settings.register_profile("portal", deadline=None, derandomize=True)
# `make proof`: ten times as many, others on every run.
settings.register_profile("proof", deadline=None, max_examples=1_000)
settings.load_profile("portal")
