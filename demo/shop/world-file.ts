// Reads where the running local world is, from the file that `npm start` writes.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { isRunning, worldFileSchema } from '../world/state.ts';

/** What the shop needs of it. */
const worldSchema = worldFileSchema.pick({
  applicationUrl: true,
  dashboardUrl: true,
  edgeUrl: true,
  pid: true,
  apiToken: true,
});

export type World = z.infer<typeof worldSchema>;

/** Where `npm start` keeps its world. */
const worldFile = join(process.env['THROUGHLINE_DIRECTORY'] ?? '.throughline', 'world.json');

/** @throws with what to do, when the world does not run or its file is of another form */
export async function readWorld(file = worldFile): Promise<World> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(
      `The local world does not run: ${file} is not there. Start it with: npm start`,
      {
        cause: error,
      },
    );
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON. Start the local world again: npm start`, {
      cause: error,
    });
  }
  const parsed = worldSchema.safeParse(json);
  if (parsed.success) {
    if (isRunning(parsed.data.pid)) return parsed.data;
    throw new Error(`The local world does not run any more. Start it with: npm start`);
  }
  const [issue] = parsed.error.issues;
  throw new Error(
    `${file}: ${issue?.path.join('.')}: ${issue?.message}. Start the local world again: npm start`,
  );
}
