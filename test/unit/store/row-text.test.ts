// How people name a row, and the table that they may mean by it.
import { describe, expect, test } from 'vitest';
import { readRowText, tableSpellings } from '../../../src/store/row-text.ts';

describe('the text of a row', () => {
  test('is a table and a key, by a sign or a space, with or without where the table is', () => {
    const row = { source: null, schema: null, table: 'orders', key: '42' };
    expect(readRowText('orders#42')).toEqual(row);
    expect(readRowText(' orders 42 ')).toEqual(row);
    expect(readRowText('sales.orders # 42')).toEqual({ ...row, schema: 'sales' });
    expect(readRowText('shop/sales/orders/4/2')).toEqual({
      source: 'shop',
      schema: 'sales',
      table: 'orders',
      key: '4/2',
    });
    expect(readRowText('orders')).toBeNull();
  });
});

describe('the table that somebody means', () => {
  test('is what they say first, then its plural', () => {
    expect(tableSpellings('order')).toEqual(['order', 'orders']);
    expect(tableSpellings('Order')).toEqual(['Order', 'order', 'orders']);
    expect(tableSpellings('category')).toEqual(['category', 'categories']);
    expect(tableSpellings('key')).toEqual(['key', 'keys']);
    expect(tableSpellings('address')).toEqual(['address', 'addresses']);
  });
});
