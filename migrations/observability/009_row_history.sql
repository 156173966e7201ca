-- Who and what changed a row.

CREATE INDEX events_row_history ON events (row_id, created_at DESC, id DESC)
  WHERE op IN ('INSERT', 'UPDATE', 'DELETE') AND row_id IS NOT NULL;
COMMENT ON INDEX events_row_history IS 'All writes of one row, newest first, page by page.';
