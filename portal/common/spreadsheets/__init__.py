"""Tables in and out of files: `read_table` for what offices send, `write_xlsx` and `csv_rows` for what they get."""

from portal.common.spreadsheets.reading import CellError, Row, Table, UnreadableFile, read_table
from portal.common.spreadsheets.writing import Column, Sheet, csv_rows, needs_quoting, write_sheets, write_xlsx
