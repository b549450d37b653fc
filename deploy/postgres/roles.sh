#!/bin/sh
# Run once, on an empty cluster, by the postgres image.
# `portal` owns the tables and changes them (the migration); `portal_app` may only use them, so that a
# broken-in web process can neither drop a table nor switch off the triggers that guard the audit record.
set -eu

psql -v ON_ERROR_STOP=1 --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set owner="$(cat "$OWNER_PASSWORD_FILE")" --set app="$(cat "$APP_PASSWORD_FILE")" <<'SQL'
CREATE ROLE portal LOGIN PASSWORD :'owner';
CREATE ROLE portal_app LOGIN PASSWORD :'app';
CREATE DATABASE portal OWNER portal;
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT ON DATABASE portal TO portal_app;
\connect portal
ALTER SCHEMA public OWNER TO portal;
GRANT USAGE ON SCHEMA public TO portal_app;
ALTER DEFAULT PRIVILEGES FOR ROLE portal GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_app;
ALTER DEFAULT PRIVILEGES FOR ROLE portal GRANT USAGE, SELECT ON SEQUENCES TO portal_app;
SQL
