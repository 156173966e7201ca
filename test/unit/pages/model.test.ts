import { describe, expect, it } from 'vitest';
import { buildCascade, chainOf } from '../../../pages/src/cascade/model.ts';
import { cascadeOf, causedBy, delivery, event } from './cascades.ts';

function ids(detail: Parameters<typeof buildCascade>[0]): string[] {
  return buildCascade(detail).order.map(({ node }) => node.id);
}

describe('the tree of a cascade', () => {
  it('puts the actor first, then events and deliveries in time order', () => {
    const detail = cascadeOf(
      [event('e1', 0), event('e2', 300, { rowKey: '9', cause: causedBy('d1') })],
      [delivery('d2', 'e2', 'index', [[320, 400]]), delivery('d1', 'e1', 'charge', [[40, 500]])],
    );
    expect(ids(detail)).toEqual(['actor-user-dana@acme.io', 'e1', 'd1', 'e2', 'd2']);
  });

  it('never draws an effect before its cause, whatever the clocks say', () => {
    const detail = cascadeOf(
      [event('e1', 0), event('e2', 20, { cause: causedBy('d1') })],
      [delivery('d1', 'e1', 'charge', [[40, 500]])],
    );
    const { order } = buildCascade(detail);
    expect(order.map(({ node }) => node.id)).toEqual(['actor-user-dana@acme.io', 'e1', 'd1', 'e2']);
    expect(order.at(-1)?.atMs).toBe(order.at(-2)?.atMs);
  });

  it('draws events of one change as one node that either id finds', () => {
    const detail = cascadeOf(
      [
        event('e1', 0, { changeId: 'same', trigger: 'order_paid' }),
        event('e2', 0, { changeId: 'same', trigger: 'order_receipt' }),
      ],
      [delivery('d1', 'e1', 'charge', [[40, 50]]), delivery('d2', 'e2', 'receipt', [[41, 50]])],
    );
    const cascade = buildCascade(detail);
    expect(cascade.idOf.get('e2')).toBe('e1');
    expect(['d1', 'd2'].map((id) => cascade.causeOf.get(id)?.from)).toEqual(['e1', 'e1']);
    expect(cascade.nodes.has('e2')).toBe(false);
  });

  it('takes the strongest evidence where events of one change name different causes', () => {
    const detail = cascadeOf(
      [
        event('e1', 0),
        event('e2', 90, {
          changeId: 'c',
          cause: causedBy('d1', { evidence: 'weak', rule: 'row_and_time' }),
        }),
        event('e3', 90, { changeId: 'c', cause: causedBy('d2') }),
      ],
      [delivery('d1', 'e1', 'a', [[40, 80]]), delivery('d2', 'e1', 'b', [[50, 95]])],
    );
    expect(buildCascade(detail).causeOf.get('e2')).toMatchObject({
      from: 'd2',
      evidence: 'certain',
    });
  });

  it('stands in for a delivery that is named but not recorded', () => {
    const cause = causedBy(null, { evidence: 'pending', correlationId: 'order-paid.reserve.u-1' });
    const cascade = buildCascade(cascadeOf([event('e1', 0, { cause })], []));
    const missing = cascade.nodes.get('missing-order-paid.reserve.u-1');
    expect(missing).toMatchObject({ kind: 'missing', job: 'reserve', trigger: 'order-paid' });
    expect(cascade.causeOf.get('e1')).toMatchObject({ evidence: 'pending' });
  });

  it('gives the chain from the person to the node', () => {
    const detail = cascadeOf(
      [event('e1', 0), event('e2', 300, { cause: causedBy('d1') })],
      [delivery('d1', 'e1', 'charge', [[40, 500]]), delivery('d2', 'e2', 'index', [[320, 400]])],
    );
    const chain = chainOf(buildCascade(detail), 'd2').map(({ id }) => id);
    expect(chain).toEqual(['actor-user-dana@acme.io', 'e1', 'd1', 'e2', 'd2']);
  });

  it('cuts a circle of causes instead of losing its nodes', () => {
    const detail = cascadeOf(
      [event('e1', 0, { cause: causedBy('d2') }), event('e2', 10, { cause: causedBy('d1') })],
      [delivery('d1', 'e1', 'a', [[5, 9]]), delivery('d2', 'e2', 'b', [[15, 19]])],
    );
    expect(ids(detail).toSorted()).toEqual(['d1', 'd2', 'e1', 'e2']);
  });

  it('keeps a delivery whose event is not there', () => {
    const cascade = buildCascade(cascadeOf([], [delivery('d1', 'gone', 'charge', [[0, 10]])]));
    expect(cascade.order).toHaveLength(1);
    expect(cascade.causeOf.has('d1')).toBe(false);
  });
});
