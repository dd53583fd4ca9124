import type { PortalStatus } from '../../src/protocol/status.ts';

type Watched = Pick<PortalStatus, 'binding' | 'strikes' | 'rebinds'>;

const BINDING_WORDS: Record<PortalStatus['binding'], string> = {
  bound: 'the phone is on every page',
  rebinding: 'the phone is being switched on again',
  disabled: 'Bitrix24 has removed the phone',
  needs_admin: 'the phone is off until an administrator opens a page',
  uninstalled: 'the app is uninstalled',
};

const slowLoads = (count: number) => `${count} slow load${count === 1 ? '' : 's'}`;

/**
 * What changed between two looks at a portal's row of /status, as lines for the person who tries the demo.
 *
 * @example statusNews(before, after) // ['/status: 2 slow loads today']
 */
export function statusNews(before: Watched, after: Watched): string[] {
  const news: string[] = [];
  if (after.strikes.today > before.strikes.today) news.push(`/status: ${slowLoads(after.strikes.today)} today`);
  if (after.rebinds.count > before.rebinds.count)
    news.push(`/status: bound again (${after.rebinds.lastReason ?? 'no reason given'}); the next page has its phone`);
  else if (after.binding !== before.binding) news.push(`/status: ${BINDING_WORDS[after.binding]}`);
  return news;
}
