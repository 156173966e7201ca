// A further arrival goes with the first attempt that it brought, as far as the columns there can say when it came.
import { describe, expect, it } from 'vitest';
import { placeArrivals } from '../../../src/store/place-arrivals.ts';

const trace = '019ab000-0000-8000-8000-000000000000';
const arrival = (
  id: string,
  given: { at?: string; current_retry?: number; event_ref?: string } = {},
) => ({
  trace_id: trace,
  event_ref: '1',
  id,
  at: '2026-11-24T12:00:00.000Z',
  current_retry: 1,
  max_retries: 3,
  ...given,
});
const attempt = (id: string, arrivalId: string, startedAt = '2026-11-24T12:00:00.250Z') => ({
  trace_id: trace,
  delivery_ref: '2',
  id,
  eventRef: '1',
  started_at: startedAt,
  arrivalId,
});

describe('further arrivals', () => {
  it('are kept with the first attempt that they brought', () => {
    const attempts = [attempt('a', 'x'), attempt('b', 'y'), attempt('c', 'y')];
    expect(placeArrivals([arrival('y')], attempts)).toEqual({
      alone: [],
      attempts: [
        attempts[0],
        {
          ...attempts[1],
          arrival_id: 'y',
          arrived_before: 250_000,
          current_retry: 1,
          max_retries: 3,
        },
        attempts[2],
      ],
    });
  });

  it('are told to the microsecond', () => {
    const { attempts } = placeArrivals(
      [arrival('x', { at: '2026-11-24T12:00:00.000123Z' })],
      [attempt('a', 'x', '2026-11-24T12:00:01Z')],
    );
    expect(attempts[0]).toMatchObject({ arrived_before: 999_877 });
  });

  it.each([
    ['that brought none', [attempt('a', 'other')], {}],
    ['of another event', [attempt('a', 'x')], { event_ref: '9' }],
    ['that came after it began', [attempt('a', 'x')], { at: '2026-11-24T12:00:00.251Z' }],
    ['that came much earlier', [attempt('a', 'x')], { at: '2026-11-24T11:24:12.000Z' }],
    ['with more tries than fit', [attempt('a', 'x')], { current_retry: 32_768 }],
  ])('%s stay alone', (_name, attempts, given) => {
    const alone = [arrival('x', given)];
    expect(placeArrivals(alone, attempts)).toEqual({ alone, attempts });
  });
});
