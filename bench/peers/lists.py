"""Textual's own list widgets with so many rows: `python -m bench.peers.lists DataTable 1000`."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable, OptionList


class Table(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("state", "name", "subject")
        table.add_rows(
            ("*", f"Customer {row}", f"Order {row}: where is my parcel, please?")
            for row in range(int(sys.argv[2]))
        )
        table.focus()


class Options(App[None]):
    def compose(self) -> ComposeResult:
        yield OptionList(
            *(f"*  Customer {row}  Order {row}: where is it?" for row in range(int(sys.argv[2])))
        )


if __name__ == "__main__":
    (Table if sys.argv[1] == "DataTable" else Options)().run()
