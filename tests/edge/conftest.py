from hypothesis import settings

# A law holds however busy the machine is: no example is judged by the clock.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
