// Runs wrangler's local Cloudflare (workerd, queues, Durable Objects) as a part of the world.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const wranglerFile = join(
  dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
  'bin/wrangler.js',
);
const readyWithinMs = 90_000;
const politeMs = 4_000;

/**
 * Starts wrangler and waits until it answers on its port.
 * @throws when it ends before that, or does not answer in time
 */
export async function startWrangler(options: {
  directory: string;
  arguments: readonly string[];
  port: number;
  readyPath: string;
  /** How often cron triggers are fired, the first time at once, which wrangler does not do by itself; null: never. */
  scheduledEveryMs: number | null;
}): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [wranglerFile, ...options.arguments], {
    cwd: options.directory,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let running = true;
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      running = false;
      resolve();
    }),
  );
  const url = `http://127.0.0.1:${options.port}`;
  const giveUpAt = Date.now() + readyWithinMs;
  while (!(await answers(url + options.readyPath))) {
    if (!running) throw new Error(`wrangler ended with exit code ${child.exitCode}`);
    if (Date.now() > giveUpAt) throw new Error(`wrangler did not answer on port ${options.port}`);
    await wait(100);
  }
  const fire = (): void => void answers(`${url}/cdn-cgi/handler/scheduled`);
  const cron =
    options.scheduledEveryMs === null ? null : setInterval(fire, options.scheduledEveryMs);
  if (cron) fire();
  return {
    url,
    async stop() {
      if (cron) clearInterval(cron);
      if (!running) return;
      child.kill('SIGTERM');
      await Promise.race([ended, wait(politeMs, undefined, { ref: false })]);
      if (running) child.kill('SIGKILL');
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    await response.arrayBuffer();
    return true;
  } catch {
    // Nobody listens yet; the caller asks again.
    return false;
  }
}
