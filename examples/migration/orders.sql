CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, fruit text NOT NULL);
INSERT INTO orders VALUES (1, 'apple'), (2, 'pear') ON CONFLICT DO NOTHING;
