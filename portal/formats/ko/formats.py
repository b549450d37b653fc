"""Dates as Korean offices write them: 2026. 4. 13. and 2026. 4. 13. 18:00."""

DATE_FORMAT = "Y. n. j."
SHORT_DATE_FORMAT = "Y. n. j."
DATETIME_FORMAT = "Y. n. j. H:i"
SHORT_DATETIME_FORMAT = "Y. n. j. H:i"
TIME_FORMAT = "H:i"
YEAR_MONTH_FORMAT = "Y. n."
MONTH_DAY_FORMAT = "n. j."
MONTH_DAY_TIME_FORMAT = "n. j. H:i"
# For the `date` filter, by name: {{ day|date:"WEEKDAY_DATE_FORMAT" }} is 2026. 4. 13.(월).
WEEKDAY_DATE_FORMAT = "Y. n. j.(D)"
WEEKDAY_MONTH_DAY_FORMAT = "n. j.(D)"
FIRST_DAY_OF_WEEK = 1
