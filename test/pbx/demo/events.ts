/** What happened at the demo PBX, in order. `at` is Unix ms; `call` is the SIP Call-ID of the leg. */
export type PbxEvent = { readonly at: number } & Happening;

export type Happening =
  | { readonly type: 'registered'; readonly user: string }
  | { readonly type: 'unregistered'; readonly user: string; readonly reason: 'asked' | 'connection' }
  | { readonly type: 'refused'; readonly method: string; readonly user: string; readonly reason: Refusal }
  /** A leg starts: an agent dials (`from_agent`) or is rung (`to_agent`). */
  | {
      readonly type: 'call';
      readonly call: string;
      readonly direction: 'from_agent' | 'to_agent';
      readonly from: string;
      readonly to: string;
      /** The line that the agent dials with (P-Preferred-Identity), or that the customer dialled; '' unknown. */
      readonly line: string;
    }
  | { readonly type: 'ringing' | 'answered' | 'hold' | 'resume'; readonly call: string }
  /** Another phone of the person has taken the leg's place (RFC 3891); `by` is the Call-ID that it did so with. */
  | { readonly type: 'replaced'; readonly call: string; readonly by: string }
  | { readonly type: 'dtmf'; readonly call: string; readonly key: string; readonly via: 'rtp' | 'info' }
  /** A leg that was answered is over. `heard`: whether any sound of the agent's phone has ever arrived. */
  | {
      readonly type: 'ended';
      readonly call: string;
      readonly by: EndedBy;
      readonly seconds: number;
      readonly heard: boolean;
    }
  /** A leg that was not answered is over. */
  | { readonly type: 'failed'; readonly call: string; readonly status: number };

export type Refusal = 'unknown_user' | 'wrong_password' | 'wrong_user';

/** Who ended a leg; `silence`: no packet came for the media time-out. */
export type EndedBy = 'agent' | 'pbx' | 'silence';

export type Emit = (happening: Happening) => void;

export interface EventLog {
  readonly events: readonly PbxEvent[];
  readonly emit: Emit;
  /**
   * The first event that fits, past or future.
   * @example await pbx.when((event) => event.type === 'registered' && event.user === '1001')
   */
  when(fits: (event: PbxEvent) => boolean): Promise<PbxEvent>;
}

/** Keeps the newest `limit` events and tells a listener about each. */
export function createEventLog(now: () => number, onEvent?: (event: PbxEvent) => void, limit = 2000): EventLog {
  const events: PbxEvent[] = [];
  const waiting = new Set<(event: PbxEvent) => void>();
  return {
    events,
    emit(happening) {
      const event: PbxEvent = { at: now(), ...happening };
      events.push(event);
      if (events.length > limit) events.shift();
      onEvent?.(event);
      for (const tell of [...waiting]) tell(event);
    },
    when: (fits) =>
      new Promise((resolve) => {
        const past = events.find(fits);
        if (past) return resolve(past);
        const tell = (event: PbxEvent) => {
          if (!fits(event)) return;
          waiting.delete(tell);
          resolve(event);
        };
        waiting.add(tell);
      }),
  };
}
