// A job that goes on after it has answered, at the real edge: whoever says so, its attempt is recorded as such.
import { inject, describe, expect, test } from 'vitest';
import { edgeUrl, event, type Sent, send } from './edge.ts';
import { consume, pendingTo } from './pending.ts';
import { packPending } from '../../src/deliveries/parcel.ts';
import { stored } from './stored.ts';

const attemptsOf = ({ records }: Pick<Sent, 'records'>) =>
  records.flatMap((record) => (record.type === 'attempt' ? [record.attempt] : []));

const configured = (path: string) =>
  stored({ destinations: { [inject('destinationUrl') + path]: { worksInBackground: true } } });

describe('background work', () => {
  test.each(['', '&algorithm=broadcast'])('is declared by the configuration%s', async (query) => {
    const sent = await send(
      event(edgeUrl('/status/200/bg') + query, '{}'),
      await configured('/status/200/bg'),
    );
    expect(attemptsOf(sent)).toMatchObject([{ outcome: 'delivered', worksInBackground: true }]);
    const other = await send(
      event(edgeUrl('/status/200/other') + query, '{}'),
      await configured('/status/200/bg'),
    );
    expect(attemptsOf(other)[0]?.worksInBackground).toBeUndefined();
  });

  test.each(['', '&algorithm=broadcast'])('is declared by the answer%s', async (query) => {
    const sent = await send(event(edgeUrl('/background/x') + query, '{}'));
    expect(attemptsOf(sent)).toMatchObject([{ outcome: 'delivered', worksInBackground: true }]);
  });

  test('is declared of a retry, from its beginning on where it is configured', async () => {
    const parcel = packPending(pendingTo('/status/200/bg-retry'), 0);
    const known = await consume(parcel, 1, await configured('/status/200/bg-retry'));
    expect(attemptsOf(known).map((attempt) => attempt.worksInBackground)).toEqual([true, true]);
    const answered = await consume(packPending(pendingTo('/background/retry'), 0));
    expect(attemptsOf(answered).map((attempt) => attempt.worksInBackground)).toEqual([
      undefined,
      true,
    ]);
  });
});
