from hypothesis import settings

# The same examples on every run, and no time limit for one of them: a busy machine is not a fault.
settings.register_profile("portal", deadline=None, derandomize=True)
settings.load_profile("portal")
