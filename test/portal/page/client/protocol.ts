/** The string protocol between an app's frame and the portal page (fact 2.1), as pure functions. */

export interface FrameMessage {
  readonly method: string;
  readonly params: unknown;
  /** '' = the frame wants no answer. */
  readonly callback: string;
  readonly sid: string;
}

const parseJson = (text: string): unknown => {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * Reads `method:JSON:callback:sid`, or the object form that newer portals also take.
 * @returns null for anything else, which the portal ignores in silence
 */
export const parseFrameMessage = (data: unknown): FrameMessage | null => {
  if (isRecord(data)) {
    const { method, params, callback, appSid } = data;
    if (typeof method !== 'string' || typeof appSid !== 'string') return null;
    return { method, params: params ?? null, callback: typeof callback === 'string' ? callback : '', sid: appSid };
  }
  if (typeof data !== 'string') return null;
  const parts = data.split(':');
  if (parts.length < 4) return null;
  return {
    method: parts[0] ?? '',
    params: parseJson(parts.slice(1, -2).join(':')),
    callback: parts.at(-2) ?? '',
    sid: parts.at(-1) ?? '',
  };
};

/** `callback:JSON`; nothing after the colon where there is no value. */
export const formatReply = (callback: string, value: unknown): string =>
  `${callback}:${value === undefined ? '' : JSON.stringify(value)}`;

export interface Caller {
  readonly origin: string;
  readonly message: FrameMessage;
}

export type Verdict = 'accepted' | 'foreign origin' | 'foreign sid' | 'denied';

/** Who may speak: the handler's own origin, this frame's sid, a method that is not denied. All else is silence. */
export const judge = (
  caller: Caller,
  app: { readonly origin: string; readonly sid: string; readonly denied: readonly string[] },
): Verdict => {
  if (caller.origin !== app.origin) return 'foreign origin';
  if (caller.message.sid !== app.sid) return 'foreign sid';
  return app.denied.includes(caller.message.method) ? 'denied' : 'accepted';
};
