// The calls of the admin API that `npm run config` makes. Every failure becomes one sentence that says what to do.
import { z } from 'zod';
import type { Wanted } from './arguments.ts';

const timeoutMs = 30_000;

const problemSchema = z.object({
  title: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ name: z.string(), message: z.string() })).optional(),
});

const changeSchema = z.object({
  path: z.string(),
  kind: z.enum(['added', 'removed', 'changed']),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
const changesSchema = z.object({ version: z.number(), changes: z.array(changeSchema) });
const storedSchema = z.object({
  version: z.number(),
  changed: z.boolean(),
  published: z.object({ version: z.number(), error: z.string().nullable() }),
});

export type ConfigurationChange = z.infer<typeof changeSchema>;

/** What the user can mend, as it is printed. */
export class ConfigFailure extends Error {
  override readonly name = 'ConfigFailure';
}

export type AdminClient = {
  /** The document as text. */
  exported(): Promise<string>;
  /** What storing the document would change, and of which version. */
  compare(document: string): Promise<{ version: number; changes: ConfigurationChange[] }>;
  /** Stores the document in place of a version. */
  apply(document: string, version: number): Promise<z.infer<typeof storedSchema>>;
};

/** Every method throws {@link ConfigFailure}. */
export function createAdminClient({ url, token, note, onBehalfOf }: Wanted): AdminClient {
  const call = async (
    method: string,
    path: string,
    body: string | null,
    headers: Record<string, string> = {},
  ): Promise<string> => {
    const address = `${url}/api/admin/configuration${path}`;
    let response: Response;
    try {
      response = await fetch(address, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === null ? {} : { 'content-type': 'application/json' }),
          ...(onBehalfOf === null ? {} : { 'x-throughline-actor': onBehalfOf }),
          ...headers,
        },
        body,
        // The token would go along.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new ConfigFailure(`${address} gave no answer: ${String(cause)}`);
    }
    const text = await response.text();
    if (!response.ok) throw new ConfigFailure(failureText(response.status, text));
    return text;
  };
  return {
    exported: () => call('GET', '/export', null),
    compare: async (document) => understood(changesSchema, await call('POST', '/diff', document)),
    async apply(document, version) {
      const path = `?note=${encodeURIComponent(note)}`;
      const text = await call('PUT', path, document, { 'if-match': `"${version}"` });
      return understood(storedSchema, text);
    },
  };
}

function understood<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new ConfigFailure(
    `The answer is none that this command understands. Is it of the same version as the edge?\n${z.prettifyError(parsed.error)}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Nothing of ours: a proxy's page, or no edge at all.
    return null;
  }
}

function failureText(status: number, text: string): string {
  const problem = problemSchema.safeParse(jsonOf(text));
  if (!problem.success)
    return `The answer is ${status}, and none of Throughline's. Is --url right?`;
  const { title, detail, errors = [] } = problem.data;
  const lines = errors.map(({ name, message }) => `  ${name}: ${message}`);
  return lines.length > 0
    ? [`${title} (${status}):`, ...lines].join('\n')
    : `${title} (${status}): ${detail}`;
}
