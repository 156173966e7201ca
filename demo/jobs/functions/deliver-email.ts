// An e-mail was queued: send it. There is no mail server here; the log line is the mail.
import { z } from 'zod';
import { newRow } from '../event.ts';
import { defineJob } from '../job.ts';

const email = z.object({ id: z.number(), recipient: z.string(), subject: z.string() });

export default defineJob('deliver-email', { takesMs: 70 }, async ({ event, db, log, actor }) => {
  const { id, recipient, subject } = newRow(event, email);
  await db.write(
    'UPDATE',
    'emails',
    `update emails set status = 'sent', updated_by = $2 where id = $1 and status = 'queued' returning id`,
    [id, actor],
  );
  log.info(`sent "${subject}" to ${recipient}`, { email_id: id });
});
