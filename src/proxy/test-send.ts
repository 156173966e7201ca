// Sends an event as a sender with some key would, for an admin who wants to see what becomes of it. It goes the whole way,
// marked as a test. It holds no key: whose it is stands in for it.
import type { DryRunRequest } from '../deliveries/dry-run-report.ts';
import type { TestSendReport } from '../deliveries/test-send-report.ts';
import { edgeAddress } from './dry-run.ts';
import { ingestKeyHeader, senderWithKey } from './guard.ts';
import { handleFrom } from './handle-event.ts';
import { HeaderFields } from './header-fields.ts';
import type { EdgeDeps } from './inbound.ts';
import { describeProblem, type EdgeProblem } from './problem.ts';
import { asTestBody } from './test-event.ts';

/** How much of the answer is shown. */
const shownBytes = 16_384;
/** What is longer is not waited for. */
const longestBytes = 1_048_576;

/**
 * @param by whose writes the event claims to be
 * @returns the problem where the key is none, or may not be used any more
 */
export async function testSend(
  asked: DryRunRequest,
  by: string,
  deps: EdgeDeps,
): Promise<{ ok: true; report: TestSendReport } | { ok: false; detail: string }> {
  const at = deps.now();
  const sender = senderWithKey(asked.keyId, deps.config, at);
  if (!sender.ok) return { ok: false, detail: detailOf(sender.problem) };
  const { url, name } = edgeAddress(asked.url);
  const id = `test-${crypto.randomUUID()}`;
  const headers = new Headers({ ...asked.headers });
  headers.delete(ingestKeyHeader);
  // Tells a webhook's id (Standard Webhooks), so that what becomes of it is found.
  headers.set('webhook-id', id);
  const mayHaveBody = asked.method !== 'GET' && asked.method !== 'HEAD';
  const body = mayHaveBody
    ? asTestBody(asked.body, { id, by, at: new Date(at).toISOString() })
    : null;
  const request = new Request(url, { method: asked.method, headers, body });
  const response = await handleFrom(
    sender.value,
    { request, name, headers: new HeaderFields(headers), at, isTest: true },
    deps,
  );
  const answer = await readAnswer(response);
  const { pathname, search } = new URL(url);
  return {
    ok: true,
    report: {
      event: { source: sender.value.source, id },
      request: {
        method: asked.method,
        url: pathname + search,
        headers: Object.fromEntries(headers),
        body,
      },
      answer: {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        ...answer,
      },
      tookMs: Math.max(0, deps.now() - at),
      version: deps.config.version,
    },
  };
}

function detailOf(problem: EdgeProblem): string {
  return describeProblem(problem).detail;
}

/** Reads on to the end: an answer that nobody reads counts as broken off by its sender. */
async function readAnswer({ body }: Response): Promise<{ body: string; isCut: boolean }> {
  if (!body) return { body: '', isCut: false };
  const decoder = new TextDecoder();
  let text = '';
  let kept = 0;
  let read = 0;
  // Leaving the loop cancels what is left.
  for await (const value of body) {
    read += value.length;
    const part = value.subarray(0, shownBytes - kept);
    kept += part.length;
    text += decoder.decode(part, { stream: true });
    if (read > longestBytes) break;
  }
  return { body: text + decoder.decode(), isCut: read > kept };
}
