-- Which events an admin sent to see what becomes of them.

ALTER TABLE events ADD COLUMN is_test boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN events.is_test IS 'An admin sent it from the dashboard: no write of the application is behind it.';
