// A Worker that asks Postgres through the store's own client and tells what came: for worker-socket.test.ts, which bundles it.
import { createHash } from 'node:crypto';
import { StoreUnreachable, withClient } from '../../../src/store/client.ts';

type Asked = { statements: { text: string; values?: unknown[] }[] };

export default {
  async fetch(request: Request, env: { DATABASE_URL: string }): Promise<Response> {
    const { statements } = (await request.json()) as Asked;
    try {
      const texts = await withClient(env.DATABASE_URL, async (client) => {
        const all: string[] = [];
        for (const { text: statement, values } of statements) {
          const { rows } = await client.query<{ text: string }>(statement, values);
          all.push(rows.map(({ text }) => text).join(''));
        }
        return all;
      });
      return Response.json(
        texts.map((text) => ({
          length: text.length,
          sha256: createHash('sha256').update(text).digest('hex'),
        })),
      );
    } catch (error) {
      return Response.json({ isUnreachable: error instanceof StoreUnreachable }, { status: 503 });
    }
  },
};
