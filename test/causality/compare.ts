// Holds what is shown of each event against what really happened. Pure: it reports, and says which rules are broken.
import type { Author, TrueEvent } from './truth.ts';

/** What the store says of an event's cause. */
export type ShownLink = {
  eventId: string;
  evidence: 'certain' | 'weak' | 'pending';
  rule: string;
  /** The delivery that is shown as the cause; null while pending. */
  cause: { eventId: string; job: string } | null;
};

export type Tally = { right: number; wrong: number; missing: number };

export type Comparison = {
  events: number;
  /** Of writes whose session names the delivery: certain links. */
  session: Tally;
  /** Of explicit `updated_by`, the first write of a row in a delivery that had not answered: certain links. */
  value: Tally;
  /** Certain links of what copied a running delivery's ID, or saved a stale row whole. */
  copied: Tally;
  /** Weak links, by rule; `missing` counts writes of jobs that no link leads to. */
  weak: Record<string, Tally>;
  /** What must never be: one line each. */
  broken: { scenario: number; what: string }[];
};

const none = (): Tally => ({ right: 0, wrong: 0, missing: 0 });

export function compare(truth: readonly TrueEvent[], shown: readonly ShownLink[]): Comparison {
  const links = new Map(shown.map((link) => [link.eventId, link]));
  const result: Comparison = {
    events: truth.length,
    session: none(),
    value: none(),
    copied: none(),
    weak: {},
    broken: [],
  };
  for (const event of truth) judge(event, links.get(event.eventId) ?? null, result);
  return result;
}

function judge(event: TrueEvent, link: ShownLink | null, result: Comparison): void {
  const isRight = link?.cause != null && same(link.cause, event.author);
  const certain = link?.evidence === 'certain';
  const broken = (what: string): void => {
    const cause = link?.cause ? `${link.cause.job} on ${link.cause.eventId}` : 'nothing';
    const author = event.author ? `${event.author.job} on ${event.author.eventId}` : 'nobody';
    result.broken.push({
      scenario: event.scenario,
      what: `${what}: ${event.op} of ${event.table} (${event.eventId}, ${event.style ?? 'root'}) is by ${author}, shown as ${link?.evidence ?? 'no link'} ${link?.rule ?? ''} to ${cause}`,
    });
  };
  if (link?.evidence === 'weak') count(weakTally(result, link.rule), isRight ? 'right' : 'wrong');
  if (event.author === null) {
    if (certain || link?.evidence === 'pending') broken('A root was given a cause');
    return;
  }
  if (event.style === 'use' || event.style === 'hasura') {
    count(result.session, !certain ? 'missing' : isRight ? 'right' : 'wrong');
    if (!certain || !isRight) broken('The session named the delivery');
    return;
  }
  if (event.style === 'value') {
    if (event.isSecondWrite || event.isBackground || event.op === 'DELETE') {
      if (certain && !isRight) broken('A certain link is wrong');
      return;
    }
    count(result.value, !certain ? 'missing' : isRight ? 'right' : 'wrong');
    if (!certain || !isRight) broken('The value named the delivery');
    return;
  }
  // A copy, or a row that was saved whole as it had been read before another hop wrote it.
  if ((event.style === 'copy' || event.style === 'full_row') && certain) {
    count(result.copied, isRight ? 'right' : 'wrong');
    return;
  }
  if (certain) broken('What names nobody is certain');

  if (link === null) count(weakTally(result, 'none'), 'missing');
}

function weakTally(result: Comparison, rule: string): Tally {
  result.weak[rule] ??= none();
  return result.weak[rule];
}

function count(tally: Tally, what: keyof Tally): void {
  tally[what] += 1;
}

function same(cause: { eventId: string; job: string }, author: Author): boolean {
  return author !== null && cause.eventId === author.eventId && cause.job === author.job;
}
