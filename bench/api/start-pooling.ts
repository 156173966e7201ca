// Starts the pool of connections and waits until it listens.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** As many as Hyperdrive opens at least: developers.cloudflare.com/hyperdrive/platform/limits. */
const mostConnections = 20;

/** @returns the connection string of the same database through the pool */
export async function startPooling(
  databaseUrl: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { port, username, password } = new URL(databaseUrl);
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('pooling.ts', import.meta.url)),
      port,
      username,
      password,
      String(mostConnections),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const [line] = await once(child.stdout, 'data');
  const url = new URL(databaseUrl);
  url.port = String(line).trim();
  return {
    url: url.href,
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
