"""By what name a person is shown who may have been several contacts before they were joined."""

from __future__ import annotations

_REAL = (
    "{0}.name <> '' AND NOT EXISTS (SELECT 1 FROM handle n WHERE n.contact = {0}.id"
    " AND n.value = {0}.name)"
)

NAME = (
    f"CASE WHEN {_REAL.format('p')} THEN p.name ELSE coalesce((SELECT w.name FROM contact w"
    f" WHERE w.root = p.id AND {_REAL.format('w')} ORDER BY w.id LIMIT 1), p.name) END"
)
"""Of the contact `p`: a bare number or address is no name, where one of the joined has a name."""

SINCE = "(SELECT min(w.created_at) FROM contact w WHERE w.root = p.id)"
"""When the contact `p`, or the first of those that are joined with it, was first seen."""
