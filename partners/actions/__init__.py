"""Every write of this app that is bigger than one row's `save`."""
