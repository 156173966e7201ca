// What somebody should look at, the gravest first: a sentence, a reason, a way there.
import { WarningCircleIcon } from '@phosphor-icons/react/WarningCircle';
import type { ReactElement } from 'react';
import type { Finding } from '../../../src/api/statistics-views.ts';
import { Glyph } from '../ui/Glyph.tsx';
import { HrefLink } from '../ui/HrefLink.tsx';
import { RepeatIcon } from '../ui/icons.tsx';
import { Card, Nothing } from '../ui/Page.tsx';
import { TimedText } from '../ui/TimedText.tsx';
import { linkOf } from './finding-actions.ts';

function FindingIcon({ finding }: { finding: Finding }): ReactElement {
  if (finding.kind === 'loop') {
    return (
      <span className="text-retry">
        <RepeatIcon size={16} />
      </span>
    );
  }
  if (finding.severity === 'error') return <Glyph tone="fail" size={16} />;
  return <WarningCircleIcon size={16} aria-hidden="true" className="flex-none text-retry" />;
}

export function NeedsALook({ findings }: { findings: readonly Finding[] }): ReactElement {
  return (
    <Card title="Needs a look" count={findings.length}>
      {findings.length === 0 ? (
        <Nothing>
          <span className="flex items-center gap-2 font-medium text-ink">
            <Glyph tone="ok" />
            Nothing does
          </span>
          <p className="mt-1">
            No dead letters wait, every destination is called, no trigger feeds itself, and what
            arrives is recorded in time.
          </p>
        </Nothing>
      ) : (
        <ul aria-label="What needs a look">
          {findings.map((finding) => {
            const link = linkOf(finding);
            const { kind, subject, source } = finding;
            return (
              <li
                key={`${kind} ${source ?? ''} ${subject ?? ''} ${finding.finding}`}
                className="flex items-center gap-x-3 gap-y-2 border-b border-hair px-4 py-2.5 last:border-b-0 max-sm:flex-wrap"
              >
                <FindingIcon finding={finding} />
                <span className="sr-only">
                  {finding.severity === 'error' ? 'Error: ' : 'Warning: '}
                </span>
                <div className="min-w-0 flex-1 max-sm:basis-[calc(100%-40px)]">
                  <p className="font-semibold wrap-anywhere">{finding.finding}</p>
                  <p className="text-[12px] leading-[17px] wrap-anywhere text-sub">
                    <TimedText text={finding.reason} />
                  </p>
                </div>
                {link !== null && (
                  <HrefLink href={link.href} className="btn max-sm:ml-7">
                    {link.label}
                  </HrefLink>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
