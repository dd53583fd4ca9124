import { describe, expect, test } from 'vitest';
import type { CardNews, PhoneHost } from '../../../client/frame/contract.ts';
import type { Panel } from '../../../client/frame/panel.ts';
import { runPhone } from '../../../client/phone/phone.ts';
import type { SipNews } from '../../../client/phone/sip.ts';
import type { RawSocket } from '../../../client/phone/socket.ts';
import {
  DEFAULT_PREFERENCES,
  type FrameMessage,
  type ObjectMessage,
  type Session,
} from '../../../src/protocol/frame.ts';
import { aSession, handClock, LINE, legCommands, settle } from './support.ts';

/** A phone whose PBX, object, cards and microphone are in the test's hands. */
async function aPhone(
  options: { microphone?: boolean; newSession?: PhoneHost['newSession']; session?: Partial<Session> } = {},
) {
  const clock = handClock();
  const shown: Record<string, string> = {};
  const sip: string[] = [];
  const sent: FrameMessage[] = [];
  const commands: { command: string; params: unknown }[] = [];
  const shared: string[] = [];
  const panels: Panel[] = [];
  const listeners: Record<string, (event: never) => void> = {};
  let tell: (news: SipNews) => void = () => {};
  let card: (news: CardNews) => void = () => {};
  let load: (ms: number) => void = () => {};
  let hide = () => {};
  let allowed = options.microphone ?? true;
  let ids = 0;
  let opened = 0;
  const host: PhoneHost = {
    frame: 'f1',
    session: { ...aSession(), ...options.session },
    newSession: options.newSession ?? (async () => 'denied'),
    share: ({ ticket }) => shared.push(ticket),
    forget: () => shared.push('forgotten'),
    onCard: (listener) => {
      card = listener;
    },
    command: async (_frame, _callId, command, params) => {
      commands.push({ command: command.replace('CallCard', ''), params });
      return { answered: true, value: [] };
    },
    panel: (panel) => panels.push(panel),
    onAct: () => {},
    onLoad: (listener) => {
      load = listener;
      listener(120);
    },
    show: (key, word) => {
      shown[key] = word;
    },
  };
  const remember = (...what: unknown[]) => void sip.push(what.join(' '));
  const phone = runPhone({
    host,
    microphone: { allowed: async () => allowed },
    tone: () => {},
    createSip: (listener) => {
      tell = listener;
      return {
        start: () => remember('start'),
        retire: () => remember('retire'),
        pause: () => remember('pause'),
        resume: () => remember('resume'),
        ...legCommands(remember),
        stats: async () => null,
        sound: () => null,
        dialog: () => null,
      };
    },
    openRecorder: () => {
      throw new Error('nobody records here');
    },
    openSocket: () => {
      opened++;
      const raw = {
        addEventListener: (type: string, listener: (event: never) => void) => {
          listeners[type] = listener;
        },
        send: (text: string) => sent.push(JSON.parse(text)),
        close: () => emit('close', { code: 1000 }),
      };
      return raw as unknown as RawSocket;
    },
    newId: () => `id-${++ids}`,
    online: () => true,
    onPageHide: (callback) => {
      hide = callback;
    },
    pulse: { onTick: () => {}, onWake: () => {}, doubt: () => {}, onDoubt: () => {} },
    now: clock.now,
    random: () => 0.5,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  });
  await settle();
  const emit = (type: string, event?: unknown) => listeners[type]?.(event as never);
  const object = (message: ObjectMessage) => emit('message', { data: JSON.stringify(message) });
  const click = (callId = 'c1') => {
    const data = { CALL_ID: callId, CALL_DIRECTION: 'outgoing', LINE_NUMBER: LINE, PHONE_NUMBER: '+4940' };
    card({ frame: 'f1', callId, name: 'initialized', data });
  };
  const states = () => sent.flatMap((message) => (message.t === 'state' ? [message] : []));
  const statusTexts = () =>
    commands.flatMap(({ command, params }) =>
      command === 'SetStatusText' ? [(params as { statusText: string }).statusText] : [],
    );
  return {
    ...phone,
    sockets: () => opened,
    clock,
    panels,
    shown,
    sip,
    sent,
    shared,
    states,
    statusTexts,
    emit,
    object,
    click,
    tell: (news: SipNews) => tell(news),
    load: (ms: number) => load(ms),
    hide: () => hide(),
    allow: (now: boolean) => {
      allowed = now;
    },
  };
}

const registered: SipNews = { on: 'registration', problem: null };
const ring: SipNews = {
  on: 'incoming',
  call: { leg: 'sip-1', group: null, number: '+4940', name: '', line: LINE, autoAnswer: false },
};

describe('whether the phone is ready', () => {
  test('is on the document and with the object, from the start and at each change', async () => {
    const phone = await aPhone();
    expect(phone.shown).toEqual({ phone: 'starting', call: 'none' });
    phone.emit('open');
    phone.tell(registered);
    phone.tell({ on: 'registration', problem: 'pbx_unreachable' });
    phone.tell({ on: 'registration', problem: 'pbx_unreachable' });
    expect(phone.states().map(({ state }) => (state.ready ? 'ready' : state.reason))).toEqual([
      'starting',
      'ready',
      'pbx_unreachable',
    ]);
    expect(phone.shown.phone).toBe('pbx_unreachable');
  });
  test('is not without a microphone; one that is allowed meanwhile is found at the next click', async () => {
    const phone = await aPhone({ microphone: false });
    phone.tell(registered);
    expect(phone.shown.phone).toBe('microphone_denied');
    phone.click('c1');
    expect(phone.statusTexts().at(-1)).toContain('microphone');
    phone.allow(true);
    phone.click('c2');
    await settle();
    expect(phone.shown.phone).toBe('ready');
    phone.click('c3');
    expect(phone.sip.some((line) => line.startsWith('invite'))).toBe(true);
  });
  test('a click while the PBX is away is excused, and the PBX tried at once, for the next click', async () => {
    const phone = await aPhone();
    phone.tell({ on: 'registration', problem: 'pbx_unreachable' });
    phone.click('c1');
    expect(phone.statusTexts().at(-1)).toContain('PBX can’t be reached');
    expect(phone.sip.at(-1)).toBe('resume');
  });
  test('still starting is no excuse: a click that came with its page is dialled as soon as the PBX is there', async () => {
    const phone = await aPhone();
    phone.click('c1');
    expect(phone.shown).toEqual({ phone: 'starting', call: 'calling' });
    expect(phone.sip.some((line) => line.startsWith('invite'))).toBe(true);
  });
  test('do not disturb holds from the first moment: the session brings it before the object’s socket is open', async () => {
    const phone = await aPhone({ session: { preferences: { ...DEFAULT_PREFERENCES, doNotDisturb: true } } });
    phone.tell(registered);
    phone.tell(ring);
    expect(phone.sip).toContain('hangup sip-1 480');
    expect(phone.panels.at(-1)).toMatchObject({ phone: 'ready', calls: [], preferences: { doNotDisturb: true } });
  });
  test('a state names every leg that this browser holds', async () => {
    const phone = await aPhone();
    phone.emit('open');
    phone.tell(registered);
    phone.tell(ring);
    expect(phone.states().at(-1)?.legs).toEqual(['sip-1']);
    phone.tell({ on: 'leg', leg: 'sip-1', event: { on: 'established', at: 5 } });
    expect(phone.states().at(-1)?.state.talking).toBe(true);
    phone.tell({ on: 'leg', leg: 'sip-1', event: { on: 'over', reason: '', at: 9 } });
    expect(phone.states().at(-1)).toMatchObject({ legs: [], state: { talking: false } });
  });
});

describe('load times', () => {
  test('wait for the object, then go with what came in between', async () => {
    const phone = await aPhone();
    phone.load(6000);
    expect(phone.sent).toEqual([]);
    phone.emit('open');
    expect(phone.sent).toContainEqual({ t: 'vitals', loads: [120, 6000] });
    phone.load(90);
    expect(phone.sent).toContainEqual({ t: 'vitals', loads: [90] });
  });
});

describe('another phone of this person took over', () => {
  test('registers no more, hangs nothing up, and leaves clicks to the other', async () => {
    const phone = await aPhone();
    phone.emit('open');
    phone.tell(registered);
    phone.tell(ring);
    phone.tell({ on: 'leg', leg: 'sip-1', event: { on: 'established', at: 5 } });
    phone.object({ t: 'superseded', epoch: 2 });
    expect(phone.sip).toContain('retire');
    expect(phone.sip.some((line) => line.startsWith('hangup'))).toBe(false);
    expect(phone.shown).toEqual({ phone: 'superseded', call: 'talking' });
    phone.tell({ on: 'leg', leg: 'sip-1', event: { on: 'over', reason: '', at: 9 } });
    phone.click();
    expect(phone.sip.some((line) => line.startsWith('invite'))).toBe(false);
    expect(phone.statusTexts()).toEqual([]);
    expect(phone.shown).toEqual({ phone: 'superseded', call: 'none' });
  });
});

describe('the service refuses this page', () => {
  test('a click is answered with what to do', async () => {
    const phone = await aPhone({ newSession: async () => 'denied' });
    phone.emit('open');
    phone.tell(registered);
    phone.emit('close', { code: 4401 });
    await phone.clock.tick(1000);
    expect(phone.shown.phone).toBe('refused');
    phone.click();
    expect(phone.statusTexts().at(-1)).toContain('reload');
  });
});

describe('the ticket', () => {
  test('is renewed over the socket and handed on', async () => {
    const phone = await aPhone();
    phone.emit('open');
    await phone.clock.tick(720_000);
    const renewal = phone.sent.find((message) => message.t === 'renew');
    phone.object({ t: 'ticket', id: renewal?.id ?? '', ticket: 'ticket-2', expiresIn: 900 });
    expect(phone.shared).toEqual(['ticket-1', 'ticket-2']);
  });
});

describe('the page goes away', () => {
  test('says BYE and tells the object while it can', async () => {
    const phone = await aPhone();
    phone.emit('open');
    phone.tell(ring);
    phone.hide();
    expect(phone.sip).toContain('hangup sip-1 480');
    expect(phone.sent).toContainEqual(expect.objectContaining({ t: 'ended', leg: 'sip-1', status: '480' }));
  });
});

describe('a page that the browser stops', () => {
  test('lets go of PBX and object, and says nothing until it is the phone again', async () => {
    const phone = await aPhone();
    phone.emit('open');
    phone.tell(registered);
    expect(phone.pause()).toBe(true);
    phone.tell({ on: 'registration', problem: 'pbx_unreachable' });
    await phone.clock.tick(60_000);
    expect(phone.sip).toEqual(['start', 'pause']);
    expect([phone.sockets(), phone.shown.phone]).toEqual([1, 'ready']);
    phone.resume(aSession({ ticket: 'ticket-2' }));
    await settle();
    expect(phone.sip.at(-1)).toBe('resume');
    expect([phone.sockets(), phone.shared.at(-1)]).toEqual([2, 'ticket-2']);
    phone.emit('open');
    phone.tell(registered);
    expect(phone.shown.phone).toBe('ready');
    expect(phone.states().at(-1)).toMatchObject({ state: { ready: true }, legs: [] });
  });
  test('with a call it lets go of nothing', async () => {
    const phone = await aPhone();
    phone.emit('open');
    phone.tell(registered);
    phone.tell(ring);
    expect(phone.pause()).toBe(false);
    expect(phone.sip).not.toContain('pause');
  });
  test('superseded it keeps its role: the next page would take the phone from the other browser', async () => {
    const phone = await aPhone();
    phone.emit('open');
    phone.object({ t: 'superseded', epoch: 2 });
    expect(phone.pause()).toBe(false);
    expect(phone.shared.at(-1)).toBe('forgotten');
  });
});
