// A circuit as it is stored: text, and back again. It does no I/O.
import { z } from 'zod';
import type { Circuit } from './circuit.ts';

const ms = z.number();

const circuitSchema: z.ZodType<Circuit> = z.object({
  slots: z.array(z.object({ startsAt: ms, answered: z.number(), failed: z.number() })),
  failedEvents: z.array(z.tuple([z.string(), ms])),
  inARow: z.object({ since: ms, events: z.array(z.string()) }).nullable(),
  opened: z.object({ since: ms, until: ms, reason: z.string() }).nullable(),
  openings: z.number(),
  closedAt: ms.nullable(),
  probeUntil: ms,
  lastError: z.object({ at: ms, text: z.string() }).nullable(),
  deliveredAt: ms.nullable(),
  failing: z
    .object({ since: ms, attempts: z.number(), days: z.number(), lastDay: z.number() })
    .nullable(),
  disabled: z.object({ at: ms, reason: z.string() }).nullable(),
});

export function writeCircuit(circuit: Circuit): string {
  return JSON.stringify(circuit);
}

/** @returns null for what another version wrote and this one cannot read: the circuit begins anew then */
export function readCircuit(text: string): Circuit | null {
  const parsed = circuitSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
