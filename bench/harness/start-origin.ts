// Starts the destination of a benchmark and waits until it listens.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** @param delayMs how long it takes to answer */
export async function startOrigin(delayMs = 0): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('origin.ts', import.meta.url)), String(delayMs)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line).trim());
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
