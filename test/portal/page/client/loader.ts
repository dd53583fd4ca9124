import type { PageConfig, PageFrame } from '../config.ts';
import { ask } from './api.ts';
import { AppLayout } from './applayout.ts';
import type { BackgroundWorker } from './background-worker.ts';
import { el } from './card/dom.ts';
import type { FakePortalHooks, LoadEntry } from './hooks.ts';

interface LongLoad {
  readonly count: number;
  readonly deleted: boolean;
}

/** The frame without a src, and the form that fills it: two elements, as the portal's template prints them (fact 1.2). */
const build = (frame: PageFrame, allow: string | null): { iframe: HTMLIFrameElement; form: HTMLFormElement } => {
  const iframe = el('iframe', { id: `appframe_${frame.sid}`, name: frame.frameName, frameborder: '0' });
  if (allow !== null) iframe.setAttribute('allow', allow);
  const inputs = Object.entries(frame.fields).map(([name, value]) => el('input', { type: 'hidden', name, value }));
  const form = el('form', { action: frame.action, method: 'POST', target: frame.frameName }, ...inputs);
  return { iframe, form };
};

export interface LoadReport {
  readonly entry: LoadEntry;
  readonly verdict: LongLoad | null;
}

/** Fills the hidden container with the page's background workers and times their loads (facts 1.1 and 1.5). */
export const loadWorkers = async (
  config: PageConfig,
  worker: BackgroundWorker,
  hooks: FakePortalHooks,
  report: (report: LoadReport) => void,
): Promise<void> => {
  const container = document.getElementById('intranet-placement-PAGE_BACKGROUND_WORKER');
  if (container === null) return;
  for (const { placementId, clientId } of config.workers) {
    const frame = await ask<PageFrame | null>('lazyload', { placementId, uri: config.uri });
    // The person may not use the app: no iframe came, and nothing of it loads.
    if (frame === null) continue;
    const { iframe, form } = build(frame, hooks.options.allow);
    new AppLayout(frame, iframe, config, worker, hooks);
    container.append(el('div', {}, iframe, form));
    const insertedAt = Date.now();
    hooks.inserted.push({ placementId, at: insertedAt });
    iframe.addEventListener('load', () => void timed(placementId, clientId, Date.now() - insertedAt));
    form.submit();
  }

  // The start is never reset: a frame that reloads itself later is a long load too.
  async function timed(placementId: number, clientId: string, ms: number): Promise<void> {
    const long = ms > config.maxLoadDelay;
    const entry: LoadEntry = { placementId, clientId, ms, long };
    hooks.loads.push(entry);
    const verdict = long ? await ask<LongLoad | null>('long-load', { placementId }) : null;
    report({ entry, verdict });
  }
};

/** The app's page: the same kind of frame, visible, with the same bridge but no placement interface. */
export const loadApp = (config: PageConfig, hooks: FakePortalHooks): void => {
  const place = document.getElementById('app-frame');
  if (config.app === null || place === null) return;
  const { iframe, form } = build(config.app, hooks.options.allow);
  new AppLayout(config.app, iframe, config, null, hooks);
  place.append(iframe, form);
  form.submit();
};
