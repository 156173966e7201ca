// POST /api/admin/test-sends: an event that goes the whole way, marked as a test, and what its sender would have got.
import { Hono } from 'hono';
import { testSendReportSchema } from '../../deliveries/test-send-report.ts';
import { endpoint } from '../endpoint.ts';
import type { ApiEnv } from '../env.ts';
import { ApiProblem } from '../problem.ts';
import { askedRequest, askedRequestSchema } from './asked-request.ts';
import type { AdminDeps } from './deps.ts';

export function testSendRoutes(deps: Pick<AdminDeps, 'testSend'>) {
  return new Hono<ApiEnv>().post(
    '/',
    endpoint({
      summary: 'Send an event as a test',
      description:
        'It is delivered, recorded and may cause what any event causes, by what the edge works by now: it is marked as a ' +
        'test, and its jobs get `x-throughline-test: true`. It has an id of its own, and one in Hasura’s form is the ' +
        'admin’s write. It need not be signed. A relay that fails is not kept as a dead letter.',
      tag: 'Test sends',
      json: askedRequestSchema,
      example: { route: 'orders', body: { id: 'e1', table: { schema: 'public', name: 'orders' } } },
      answers: {
        200: {
          description: 'What was sent and answered.',
          schema: testSendReportSchema,
          headers: { location: 'The event’s path, where it is seen once it is recorded.' },
        },
      },
      problems: ['key_unusable', 'configuration_unreachable'],
    }),
    async (context) => {
      const sent = await deps.testSend(
        askedRequest(context.req.valid('json')),
        context.get('who').name,
      );
      if (!sent.ok) throw new ApiProblem('key_unusable', sent.detail);
      const { id, source } = sent.report.event;
      const location = `/api/events/${id}?source=${encodeURIComponent(source)}`;
      return context.json(sent.report, 200, { location });
    },
  );
}
