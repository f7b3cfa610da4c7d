#!/bin/sh
# At a new database's first start: a role that owns Wenbao's database and nothing else.
set -eu
psql --quiet --no-psqlrc -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d postgres <<'SQL'
\set word `cat "${SECRETS_DIR:-/run/secrets}/DATABASE_PASSWORD"`
CREATE ROLE wenbao LOGIN PASSWORD :'word';
CREATE DATABASE wenbao OWNER wenbao ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE wenbao FROM PUBLIC;
SQL
