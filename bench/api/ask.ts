// One request after the other over one connection, timed from sending to the last byte of the answer.
import { Agent, get } from 'node:http';

export type Asked = { ms: number; body: Buffer };

/** @param headers sent with each request */
export function asking(headers: Record<string, string>): {
  /** @throws where the answer is not 200 */
  ask(url: string): Promise<Asked>;
  stop(): void;
} {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    ask: (url) =>
      new Promise((resolve, reject) => {
        const began = performance.now();
        get(url, { agent, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const ms = performance.now() - began;
            const body = Buffer.concat(chunks);
            if (response.statusCode === 200) resolve({ ms, body });
            else {
              reject(
                new Error(`${url}: ${response.statusCode} ${body.toString('utf8').slice(0, 500)}`),
              );
            }
          });
        }).on('error', reject);
      }),
    stop: () => agent.destroy(),
  };
}
