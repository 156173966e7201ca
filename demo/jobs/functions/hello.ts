// Answers any webhook, and logs what came: the destination of the `curl` line that `npm start` prints.
import { withCorrelation } from '../../../job/src/index.ts';
import { openJobLog } from '../job-log.ts';
import type { Job } from '../job.ts';

const hello: Job = async (request, { requestId, shop }) => {
  const body = await request.text();
  const log = openJobLog({
    job: 'hello',
    eventId: requestId,
    push: shop.push,
    onLine: shop.onLine,
  });
  log.info('a webhook came', { bytes: body.length, began_with: body.slice(0, 80) });
  return Response.json({ received: body.length, hello: 'from the other side of the edge' });
};

export default withCorrelation(hello);
