"""The store on SQLite: one writer, a few readers, blobs beside the file."""

from omnidesk.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
