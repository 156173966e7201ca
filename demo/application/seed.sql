-- People and goods of the shop. Safe to run again: what is there stays as it is.
insert into customers (email, name, updated_by) values
  ('jane@example.com', 'Jane Doe', 'jane@example.com'),
  ('amir@example.com', 'Amir Haddad', 'amir@example.com'),
  ('li.wei@example.com', 'Li Wei', 'li.wei@example.com'),
  ('sofia@example.com', 'Sofia Rossi', 'sofia@example.com'),
  ('tomasz@example.com', 'Tomasz Nowak', 'tomasz@example.com')
on conflict (email) do nothing;

insert into stock (sku, title, price_cents, indexed_price_cents, available, reorder_level, updated_by) values
  ('lamp-oak', 'Oak desk lamp', 6900, 6900, 60, 20, 'ops@example.com'),
  ('mug-blue', 'Blue mug', 1400, 1400, 90, 30, 'ops@example.com'),
  ('chair-ash', 'Ash chair', 18900, 18900, 40, 15, 'ops@example.com'),
  ('rug-wool', 'Wool rug', 32000, 32000, 24, 10, 'ops@example.com'),
  ('vase-clay', 'Clay vase', 4200, 4200, 50, 20, 'ops@example.com'),
  ('shelf-pine', 'Pine shelf', 9900, 9900, 36, 12, 'ops@example.com')
on conflict (sku) do nothing;
