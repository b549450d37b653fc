"""Dates for readers of English: 13 Apr 2026 and 13 Apr 2026, 18:00."""

DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
TIME_FORMAT = "H:i"
YEAR_MONTH_FORMAT = "M Y"
MONTH_DAY_FORMAT = "j M"
MONTH_DAY_TIME_FORMAT = "j M, H:i"
# For the `date` filter, by name: {{ day|date:"WEEKDAY_DATE_FORMAT" }} is Mon 13 Apr 2026.
WEEKDAY_DATE_FORMAT = "D j M Y"
WEEKDAY_MONTH_DAY_FORMAT = "D j M"
FIRST_DAY_OF_WEEK = 1
