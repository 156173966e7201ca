// Reads where the running local world is, from the file that `npm start` writes.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

export const worldSchema = z.object({
  applicationUrl: z.string().min(1),
  dashboardUrl: z.url(),
  /** Origin under which `/api/…` answers. */
  apiUrl: z.url().optional(),
  edgeUrl: z.url(),
  apiToken: z.string().min(1),
});

export type World = z.infer<typeof worldSchema>;

export const worldFile = '.throughline/world.json';

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
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `${file}: ${issue?.path.join('.')}: ${issue?.message}. Start the local world again: npm start`,
  );
}
