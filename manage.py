#!/usr/bin/env python
"""Django's commands; beside a running portal they find its servers by themselves."""

import os
import sys

from portal import local

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    local.adopt_running()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
