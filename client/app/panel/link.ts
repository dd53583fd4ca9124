import type { Channel } from '../../frame/channel.ts';
import type { PeerMessage } from '../../frame/contract.ts';
import type { Panel, PanelAct } from '../../frame/panel.ts';

/** What is known of the person's phone: nothing yet, that none answers in this browser, or how it is. */
export type Look =
  | { readonly t: 'looking' }
  | { readonly t: 'silent' }
  | { readonly t: 'panel'; readonly panel: Panel };

export interface LinkDeps {
  readonly channel: Channel;
  /** A random name for this page among the person's frames. */
  readonly name: string;
  setTimeout(callback: () => void, ms: number): unknown;
  changed(look: Look): void;
}

/** A page that crashed says no `bye`: the phone is asked again this often, which costs a message inside the browser (ms). */
const ASK_MS = 2000;
/** Questions without an answer after which there is no phone here. A phone's own page may just be loading. */
const MISSES = 2;

/**
 * Joins the person's channel as a panel: hears how the phone is and hands acts to it. The phone answers each question and
 * speaks up by itself at each change (docs/protocol.md).
 */
export function joinPhone({ channel, name, setTimeout, changed }: LinkDeps) {
  let look: Look = { t: 'looking' };
  let unanswered = 0;
  let phone = '';

  const ask = () => {
    unanswered++;
    channel.post({ t: 'panel?', from: name });
  };
  const turn = () => {
    if (unanswered >= MISSES && look.t !== 'silent') {
      look = { t: 'silent' };
      changed(look);
    }
    ask();
    setTimeout(turn, ASK_MS);
  };
  const hear = (message: PeerMessage) => {
    if (message.t === 'panel') {
      unanswered = 0;
      phone = message.from;
      look = { t: 'panel', panel: message.panel };
      changed(look);
    }
    // A new phone came up, or the one we knew went away and another may follow.
    else if (message.t === 'phone' || (message.t === 'bye' && message.from === phone)) ask();
  };

  channel.listen(hear);
  turn();
  return { act: (act: PanelAct) => channel.post({ t: 'act', from: name, act }), look: (): Look => look };
}
