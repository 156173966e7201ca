// Postgres' messages are found wherever a network cuts them.
import { expect, test } from 'vitest';
import { Frames, message, startup } from '../../../bench/api/wire.ts';

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const sent = Buffer.concat([
  sslRequest,
  startup({ user: 'u', database: 'd' }),
  message('Q', 'select 1\0'),
  message('X', ''),
]);

test.each([1, 2, 3, 7, sent.length])('cut into pieces of %i bytes', (size) => {
  const found: string[] = [];
  const bytes: Buffer[] = [];
  const frames = new Frames('startup', (type, whole) => {
    found.push(type);
    bytes.push(whole);
  });
  for (let at = 0; at < sent.length; at += size) frames.take(sent.subarray(at, at + size));
  expect(found).toEqual(['ssl', 'startup', 'Q', 'X']);
  expect(Buffer.concat(bytes)).toEqual(sent);
});

test('a server begins with letters', () => {
  const found: string[] = [];
  const frames = new Frames('message', (type) => found.push(type));
  frames.take(Buffer.concat([message('R', '\0\0\0\0'), message('Z', 'I')]));
  expect(found).toEqual(['R', 'Z']);
});
