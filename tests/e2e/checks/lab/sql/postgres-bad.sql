CREATE ROLE shop LOGIN SUPERUSER PASSWORD 'shop-Zk41xwQm';

CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);

CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL);

ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer) REFERENCES customers NOT VALID;

CREATE TABLE schema_migrations (version text PRIMARY KEY);

INSERT INTO schema_migrations VALUES ('20260101000000');

