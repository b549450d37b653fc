import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
import time_machine

from portal.common.dates import KST


@pytest.fixture
def time_machine_at() -> Callable[[str], AbstractContextManager]:
    """`with time_machine_at("2026-12-01 09:00"):` Korean time, standing still."""

    @contextlib.contextmanager
    def travelled(moment: str):
        with time_machine.travel(datetime.fromisoformat(moment).replace(tzinfo=KST), tick=False):
            yield

    return travelled
