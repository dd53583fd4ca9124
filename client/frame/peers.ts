import type { Session } from '../../src/protocol/frame.ts';
import type { Answer, Bridge } from '../bitrix24/bridge.ts';
import { type Held, sessionNow } from '../vault/session.ts';
import { COMMAND_TIMEOUT_MS, isOurClick, NO_CARD, refuseClick, watchCards } from './cards.ts';
import type { Channel } from './channel.ts';
import type { CardNews, PeerMessage, PhoneHost } from './contract.ts';
import type { Panel, PanelAct } from './panel.ts';
import type { Vault } from './vault.ts';

/** What peers need of the frame's surroundings. */
export interface PeersEnv {
  readonly bridge: Bridge;
  readonly frame: string;
  setTimeout(callback: () => void, ms: number): unknown;
  onPageHide(callback: () => void): void;
  show(key: 'phone' | 'call', word: string): void;
  now(): number;
}

const UNANSWERED: Answer = { answered: false };
/** Longer than the follower's own time-out, so that its answer wins: a frame that says nothing is gone, and its card with it. */
const PEER_TIMEOUT_MS = COMMAND_TIMEOUT_MS + 500;

/**
 * A frame among the person's frames. As a follower it hands its card's news and its load time to the phone and runs the
 * commands that the phone sends for its card; as the phone (`host`) it is the other end of the same.
 */
export function joinPeers(env: PeersEnv, channel: Channel, vault: Vault, loadMs: number) {
  const { frame } = env;
  /** News for a phone that isn't there yet. */
  const early: CardNews[] = [];
  const loads = [loadMs];
  const waiting = new Map<number, (answer: Answer) => void>();
  let phone = '';
  let held: Held | null = null;
  let onCard: ((news: CardNews) => void) | null = null;
  /** What listened to cards when this frame stood back. */
  let listened: ((news: CardNews) => void) | null = null;
  let onLoad: ((ms: number) => void) | null = null;
  let panel: Panel | null = null;
  let onAct: ((act: PanelAct) => void) | null = null;
  let count = 0;

  const tell = (news: CardNews) => {
    if (onCard) onCard(news);
    else if (phone) channel.post({ t: 'card', from: frame, news });
    else early.push(news);
  };
  let unheard = false;
  const cards = watchCards(
    env.bridge,
    (callId, name, data) => tell({ frame, callId, name, data }),
    () => {
      unheard = true;
      if (phone || onCard) tell({ frame, unheard });
    },
  );

  const hold = (session: Session) => {
    held = { session, at: env.now() };
  };
  const heardPhone = (message: PeerMessage & { t: 'phone' }) => {
    hold(message.session);
    if (phone === message.from) return;
    phone = message.from;
    for (const load of loads.splice(0)) channel.post({ t: 'load', from: frame, loadMs: load });
    catchUp();
  };
  /** A new phone knows nothing of a card that was told to the one before. */
  const catchUp = () => {
    const untold = early.splice(0);
    const card = cards.newest();
    if (!card && unheard) tell({ frame, unheard });
    if (card && !untold.some((news) => 'name' in news && news.name === card.name))
      tell({ frame, ...card, again: true });
    for (const news of untold) tell(news);
  };

  const asPhone = (message: PeerMessage) => {
    if (message.t === 'hello') sayPhone();
    else if (message.t === 'load') onLoad?.(message.loadMs);
    else if (message.t === 'card') onCard?.(message.news);
    else if (message.t === 'panel?') sayPanel();
    else if (message.t === 'act') onAct?.(message.act);
    else if (message.t === 'bye') onCard?.({ frame: message.from, left: true });
    else if (message.t === 'reply' && message.to === frame) waiting.get(message.id)?.(message.answer);
  };
  const asFollower = async (message: PeerMessage) => {
    if (message.t === 'phone') heardPhone(message);
    // A card that opens before the next phone is up waits for it.
    else if (message.t === 'bye' && message.from === phone) phone = '';
    else if (message.t === 'command' && message.to === frame) {
      const { from, id, callId, command, params } = message;
      const running = cards.run(callId, command, params);
      // Two commands never answer (fact 3.1), and a hidden page's time-out may come late: the phone would take us for gone.
      const answer = command.endsWith('Timer') ? UNANSWERED : await running;
      channel.post({ t: 'reply', from: frame, to: from, id, answer });
    }
  };
  channel.listen((message) => (onCard ? asPhone(message) : void asFollower(message)));
  const session = () => sessionNow(held, env.now());
  const sayPhone = () => held && channel.post({ t: 'phone', from: frame, session: session() ?? held.session });
  const sayPanel = () => panel && channel.post({ t: 'panel', from: frame, panel });
  const sayHello = () => channel.post({ t: 'hello', from: frame, here: true });
  sayHello();
  env.onPageHide(() => channel.post({ t: 'bye', from: frame }));

  const commandPeer = (to: string, callId: string, command: string, params: unknown) =>
    new Promise<Answer>((resolve) => {
      const id = ++count;
      const done = (answer: Answer) => {
        waiting.delete(id);
        resolve(answer);
      };
      waiting.set(id, done);
      env.setTimeout(() => {
        if (!waiting.has(id)) return;
        done(NO_CARD);
        // Slow, not gone: what its card was told meanwhile has to be said again.
        waiting.set(id, (late) => {
          waiting.delete(id);
          if (JSON.stringify(late) !== JSON.stringify(NO_CARD)) onCard?.({ frame: to, callId, back: true });
        });
      }, PEER_TIMEOUT_MS);
      channel.post({ t: 'command', from: frame, to, id, callId, command, params });
    });

  const attend = (listener: (news: CardNews) => void) => {
    onCard = listener;
    catchUp();
    sayPhone();
  };

  const host = (own: Session, newSession: PhoneHost['newSession']): PhoneHost => ({
    frame,
    session: own,
    newSession,
    share: (fresh) => {
      hold(fresh);
      vault.keep(fresh);
      sayPhone();
    },
    forget: () => vault.keep(null),
    onCard: (listener) => {
      if (!held) hold(own);
      attend(listener);
    },
    command: (to, ...rest) => (to === frame ? cards.run(...rest) : commandPeer(to, ...rest)),
    onLoad: (listener) => {
      onLoad = listener;
      for (const load of loads.splice(0)) listener(load);
    },
    panel: (now) => {
      panel = now;
      sayPanel();
    },
    onAct: (listener) => {
      onAct = listener;
    },
    show: env.show,
  });

  /** Instead of a phone: a sentence on the card of every click that was meant for us. */
  const refuse = (sentence: string, lines: readonly string[]) => {
    const answerClick = (news: CardNews) => {
      if ('name' in news && isOurClick(news.name, news.data, lines)) refuseClick(cards, news.callId, sentence);
    };
    onCard = answerClick;
    for (const news of early.splice(0)) answerClick(news);
  };

  return {
    /** As the phone shared it last; null once its ticket is dead. */
    session,
    host,
    refuse,
    /** This frame is no longer the phone, though its page stays: cards are the next phone's. */
    standBack: () => {
      if (!onCard) return;
      listened = onCard;
      onCard = null;
      phone = '';
      channel.post({ t: 'bye', from: frame });
    },
    sayHello,
    /** The phone that stood back runs on. */
    attendAgain: () => listened && attend(listened),
  };
}
