import type { EntityType, PullMessage } from '../../backend/types.ts';
import type { PageConfig } from '../config.ts';
import { BackgroundWorker } from './background-worker.ts';
import { createHooks } from './hooks.ts';
import { type LoadReport, loadApp, loadWorkers } from './loader.ts';
import { PhoneCalls } from './phone-calls.ts';
import { listenToPull } from './pull.ts';
import { initSliders } from './slider.ts';
import { initDemo, initPhoneLinks, refreshCalls, say, startClock, toast } from './widgets.ts';

const config = JSON.parse(document.getElementById('page-config')?.textContent ?? '{}') as PageConfig;
const hooks = createHooks();
window.fakePortal = hooks;

const worker = new BackgroundWorker(hooks);
let calls: PhoneCalls | null = null;

const hear = (message: PullMessage): void => {
  hooks.pulled.push(message);
  switch (message.command) {
    case 'showExternalCall':
      calls?.show(message.params);
      void refreshCalls();
      break;
    case 'hideExternalCall':
      calls?.hide(message.params.callId);
      break;
    case 'callFinished':
      void refreshCalls();
      break;
    case 'notify':
      toast(message.params.message);
      break;
    case 'demo':
      say(message.params.text);
      break;
  }
};

const report = ({ entry, verdict }: LoadReport): void => {
  if (!entry.long) say(`The phone's frame loaded in ${entry.ms} ms.`);
  else if (verdict === null) say(`The frame took ${entry.ms} ms; its placement is already gone.`);
  else if (verdict.deleted)
    say(`Slow load no. ${verdict.count}: Bitrix24 removes the placement and calls errorHandlerUrl.`);
  else say(`The frame took ${entry.ms} ms: Bitrix24 counts slow load no. ${verdict.count}.`);
};

/** Telephony comes up some time after the page, and on pages without it never (fact 2.2). */
const startTelephony = (): void => {
  const { telephony, listDelay } = hooks.options;
  if (!(telephony ?? !config.slider)) return;
  setTimeout(() => {
    calls = new PhoneCalls(config, hooks, worker);
    hooks.openPortalCard = () => calls?.openPortalCard();
    hooks.closeCard = () => calls?.card?.close();
    hooks.nextInList = () => calls?.card?.nextInList();
    hooks.changeEntity = (type, id, name) => calls?.card?.changeEntity(type as EntityType, id, name);
  }, listDelay);
};

const held: PullMessage[] = [];

const receive = (message: PullMessage): void => {
  if (hooks.options.pullHeld) held.push(message);
  else setTimeout(() => hear(message), hooks.options.pullDelay);
};

hooks.releasePull = () => {
  hooks.options = { ...hooks.options, pullHeld: false };
  for (const message of held.splice(0)) receive(message);
};

startClock();
initSliders();
initPhoneLinks();
initDemo();
startTelephony();
loadApp(config, hooks);
listenToPull(receive, () => document.documentElement.setAttribute('data-pull', 'open'));
void loadWorkers(config, worker, hooks, report);
