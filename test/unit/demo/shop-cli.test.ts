import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseShopArguments, runShopCli } from '../../../demo/shop/cli.ts';
import { readWorld } from '../../../demo/shop/world-file.ts';

describe('the arguments of the shop', () => {
  it('are an order and who places it', () => {
    expect(parseShopArguments(['order', '--as', 'jane@example.com'])).toEqual({
      kind: 'order',
      order: { command: 'order', as: 'jane@example.com', express: false, through: 'application' },
    });
  });

  it.each([
    [[], 'the command must be "order"'],
    [['buy', '--as', 'jane@example.com'], 'the command must be "order"'],
    [['order'], '--as needs an e-mail'],
    [['order', '--as', 'jane'], '--as needs an e-mail'],
    [['order', '--as', 'jane@example.com', '--through', 'fax'], '--through'],
    [['order', '--fast'], "Unknown option '--fast'"],
    [['order', 'two', '--as', 'jane@example.com'], 'unknown: two'],
  ])('%j are answered with what is wrong and how it is used', async (args, problem) => {
    const printed: string[] = [];
    const code = await runShopCli(args, (line) => printed.push(line));
    expect(code).toBe(2);
    expect(printed.join('\n')).toContain(problem);
    expect(printed.join('\n')).toContain('Usage: npm run shop');
  });
});

describe('the file of the running world', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'world-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is missing when nothing runs, and the message says how to start', async () => {
    await expect(readWorld(join(directory, 'world.json'))).rejects.toThrow(/npm start/);
  });

  it('of a world that has ended says so', async () => {
    const file = join(directory, 'world.json');
    const world = {
      applicationUrl: 'postgres://x',
      dashboardUrl: 'http://127.0.0.1:1',
      edgeUrl: 'http://127.0.0.1:2',
      apiToken: 'token',
      // Above what Linux and macOS hand out.
      pid: 99_999_999,
    };
    await writeFile(file, JSON.stringify(world));
    await expect(readWorld(file)).rejects.toThrow(/does not run any more.*npm start/);
    await writeFile(file, JSON.stringify({ ...world, pid: process.pid }));
    await expect(readWorld(file)).resolves.toMatchObject({ apiToken: 'token' });
  });

  it('of another form is named with what is wrong in it', async () => {
    const file = join(directory, 'world.json');
    await writeFile(file, '{"applicationUrl":"postgres://x"}');
    await expect(readWorld(file)).rejects.toThrow(/dashboardUrl.*npm start/s);
    await writeFile(file, 'nonsense');
    await expect(readWorld(file)).rejects.toThrow(/not JSON.*npm start/s);
  });
});
