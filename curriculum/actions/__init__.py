"""Every write of the curriculum."""

from curriculum.actions.attendance import save_register
from curriculum.actions.completion import complete_course
from curriculum.actions.modules import add_holiday, edit_module, remove_holiday, remove_module, write_module
from curriculum.actions.timetable import plan_timetable
