// Stops: which trigger is held back in which trace. Their shape, how long one holds and when a loop earns one: pure.
// Whoever keeps or publishes them decides nothing here.
import { z } from 'zod';
import type { Who } from './admin-store.ts';

/** An ID that is older than a day joins no trace, so that no event of it can come any more. */
export const stopHoldsMs = 86_400_000;
/** So many hold at once: each is read by every isolate. */
export const mostStops = 1_000;

export const stoppedSchema = z.strictObject({
  source: z.string().min(1).max(64),
  trigger: z.string().min(1).max(300),
  traceId: z.uuid().toLowerCase(),
});

/** As it is published. */
export const stopSchema = stoppedSchema.extend({
  id: z.uuid(),
  /** RFC 3339 */
  since: z.iso.datetime(),
});

/** What is stopped: a trigger, in a trace. */
export type Stopped = z.infer<typeof stoppedSchema>;
export type Stop = z.infer<typeof stopSchema>;

export type StopEnd = 'released' | 'discarded';

export type KeptStop = Stop & {
  /** Whose doing it is: a person's, or `throughline`. */
  by: string;
  /** `expired`: it holds no longer than an event of its trace can come. */
  state: 'holding' | StopEnd | 'expired';
  /** RFC 3339; null while it holds, and where it has expired. */
  endedAt: string | null;
};

/** What a loop has done, and what it may do: null where a person stops it. */
export type Rounds = { times: number; stopAfter: number } | null;

export type StopOutcome =
  /** `isNew` is false where it was stopped already. */
  | { stopped: true; isNew: boolean; stop: Stop }
  /** `released`: somebody let it go on, and it has not used up what it may do since. `full`: {@link mostStops} hold. */
  | { stopped: false; why: 'released' | 'full' };

/** The keeper of stops: its answers are true for everyone at once, unlike what is published. */
export type StopStore = {
  /** @throws where it is out of reach */
  stop(what: Stopped, who: Who, rounds: Rounds): Promise<StopOutcome>;
  /** Newest first. @throws where it is out of reach */
  list(): Promise<KeptStop[]>;
  /** @returns null where there is none @throws where it is out of reach */
  end(id: string, how: StopEnd, who: Who): Promise<KeptStop | null>;
  /** @throws where it is out of reach */
  holds(id: string): Promise<boolean>;
};

export type Stops = ReadonlyMap<string, Stop>;

export function stopsOf(stops: readonly Stop[]): Stops {
  return new Map(stops.map((stop) => [keyOf(stop), stop]));
}

/** The stop that holds an event, as far as it is published. */
export function stopFor(
  stops: Stops,
  event: { source: string; trigger: string | null; traceId: string },
): Stop | null {
  if (stops.size === 0 || event.trigger === null) return null;
  return stops.get(keyOf({ ...event, trigger: event.trigger })) ?? null;
}

function keyOf({ source, trigger, traceId }: Stopped): string {
  return `${traceId} ${source} ${trigger}`;
}

/**
 * Whether a loop that somebody released may go on: for as many rounds as it had before it was stopped first.
 * @param releasedAt how often it had fired by then
 */
export function mayGoOn(releasedAt: number, { times, stopAfter }: NonNullable<Rounds>): boolean {
  return times <= releasedAt + stopAfter;
}
