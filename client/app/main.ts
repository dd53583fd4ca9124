import type { AppData } from '../../src/app/data.ts';
import { openChannel } from '../frame/channel.ts';
import { pageData, parentBridge } from '../pages/dom.ts';
import { pauseWhileSeen, runColleagues } from './colleagues.ts';
import { fitFrame } from './fit.ts';
import { levelCheck, openMicrophone } from './panel/level.ts';
import { joinPhone } from './panel/link.ts';
import { panelOn } from './panel/panel.ts';
import { runSettings } from './settings.ts';
import { runCopies, runStatistics, saveFile } from './statistics.ts';

/** The timers of calls show seconds. */
const TICK_MS = 1000;

const data = pageData<AppData>('app-data');
const bridge = parentBridge();
const now = () => Date.now();

function runPanel(room: string): void {
  const panel = panelOn(document, { records: data.records }, (act) => link.act(act), now);
  const link = joinPhone({
    channel: openChannel((name) => new BroadcastChannel(name), room),
    name: crypto.randomUUID(),
    setTimeout: (callback, ms) => setTimeout(callback, ms),
    changed: (look) => panel.show(look),
  });
  panel.show(link.look());
  setInterval(() => panel.show(link.look()), TICK_MS);
  const check = levelCheck(document, panel.microphone, {
    open: openMicrophone,
    setInterval: (callback, ms) => setInterval(callback, ms),
    clearInterval: (timer) => clearInterval(timer as number),
  });
  addEventListener('pagehide', check.stop);
}

if (data.room !== null) runPanel(data.room);
void runColleagues(data.colleagues, {
  root: document,
  fetch: (...args) => fetch(...args),
  pause: pauseWhileSeen,
});
if (data.admin !== null) {
  runSettings(data.admin, bridge);
  const { ticket } = data.admin;
  runStatistics({ root: document, ticket, fetch: (...args) => fetch(...args), save: saveFile });
  runCopies(document);
}
if (bridge)
  fitFrame(
    bridge,
    () => document.body.getBoundingClientRect().height,
    (fit) => new ResizeObserver(fit).observe(document.body),
  );
