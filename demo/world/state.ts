// What the local world remembers between two starts: its keys, its ports, and who is running now.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const port = z.number().int().min(1).max(65_535);

const partNames = ['postgres', 'log-server', 'jobs', 'edge', 'dashboard'] as const;
export type PartName = (typeof partNames)[number];

const stateSchema = z.object({
  ingestKey: z.string(),
  apiToken: z.string(),
  grafanaToken: z.string(),
  /** The ports of the last start: an address in somebody's notes stays true while they are free. */
  ports: z.partialRecord(z.enum(partNames), port),
});

export type State = z.infer<typeof stateSchema>;

/** The file that the shop's command line and others read to find the running world. */
export const worldFileSchema = z.object({
  applicationUrl: z.string().min(1),
  observabilityUrl: z.string(),
  dashboardUrl: z.url(),
  /** The Worker's origin: `/api/…` answers there too. */
  edgeUrl: z.url(),
  jobsUrl: z.string(),
  logsUrl: z.string(),
  /** Where the jobs write down what they did; see demo/jobs/truth.ts. */
  truthFile: z.string(),
  /** The process that runs the world. */
  pid: z.number().int().positive(),
  source: z.string(),
  apiToken: z.string().min(1),
  ingestKey: z.string(),
});

export type WorldFile = z.infer<typeof worldFileSchema>;

/** Reads the state of a directory, or makes one with fresh keys. */
export function readState(directory: string): State {
  const path = join(directory, 'state.json');
  if (existsSync(path)) return stateSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return {
    ingestKey: `tl_local_${randomBytes(18).toString('base64url')}`,
    apiToken: `tl_api_${randomBytes(18).toString('base64url')}`,
    grafanaToken: `glsa_${randomBytes(18).toString('base64url')}`,
    ports: {},
  };
}

/** Writes the state; only its owner may read it, since it holds keys. */
export function writeState(directory: string, state: State): void {
  writeJson(join(directory, 'state.json'), state);
}

/** The running world's file, or null where there is none. */
export function readWorldFile(directory: string): WorldFile | null {
  const path = join(directory, 'world.json');
  if (!existsSync(path)) return null;
  const parsed = worldFileSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data : null;
}

export function writeWorldFile(directory: string, world: WorldFile): void {
  writeJson(join(directory, 'world.json'), world);
}

/** True while the process is there, whoever it belongs to. */
export function isRunning(pid: number): boolean {
  try {
    // Signal 0 asks only whether the process is there.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Written beside and renamed, so that a crash leaves the old file or the new one, never half. */
function writeJson(path: string, value: unknown): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
