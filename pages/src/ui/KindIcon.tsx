// One icon for each kind of thing: who, what table, what job. Identity is icon and name, never colour.
import { CircleDashedIcon } from '@phosphor-icons/react/CircleDashed';
import { GearSixIcon } from '@phosphor-icons/react/GearSix';
import { LightningIcon } from '@phosphor-icons/react/Lightning';
import { TableIcon } from '@phosphor-icons/react/Table';
import { UserIcon } from '@phosphor-icons/react/User';
import { WebhooksLogoIcon } from '@phosphor-icons/react/WebhooksLogo';
import type { ReactElement } from 'react';
import type { NodeIcon } from '../cascade/describe.ts';

const icons = {
  user: UserIcon,
  system: GearSixIcon,
  unknown: CircleDashedIcon,
  table: TableIcon,
  webhook: WebhooksLogoIcon,
  job: LightningIcon,
} as const;

/** Decorative: the name stands beside it. */
export function KindIcon({ kind, size = 14 }: { kind: NodeIcon; size?: number }): ReactElement {
  const Icon = icons[kind];
  return <Icon size={size} aria-hidden="true" className="flex-none" />;
}
