CREATE ROLE shop LOGIN PASSWORD 'shop-Zk41xwQm';

CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);

CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers);

CREATE TABLE solutions (id text PRIMARY KEY, score real NOT NULL, created_at timestamptz NOT NULL);

CREATE TABLE embeddings (id text PRIMARY KEY, vector float8[] NOT NULL);

CREATE TABLE schema_migrations (version text PRIMARY KEY);

INSERT INTO schema_migrations VALUES ('20260101000000'), ('20260201000000');

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO shop;

