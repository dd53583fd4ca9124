/** The part of a window that lends its microphone. */
export interface MediaWindow {
  readonly navigator: {
    readonly mediaDevices: { getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> };
  };
}

/** Makes a frame of this origin with `allow="microphone"`, and resolves with its window once it has loaded. */
export type OpenNested = () => Promise<MediaWindow>;

/**
 * getUserMedia of a nested frame of our own. Bitrix24 fills our frame by a form POST, and Firefox counts such a frame as
 * new on each page: it asks the person for the microphone every time. A frame inside it that has an address of its own is
 * remembered. Opened at the first use, long after `load` (rule 1), and kept, for its streams end with it.
 * @param own where the nested frame can't be opened: asking too often is better than not at all
 */
export function nestedMicrophone(
  open: OpenNested,
  own: MediaWindow['navigator']['mediaDevices']['getUserMedia'],
): typeof own {
  let nested: Promise<MediaWindow | null> | null = null;
  return async (constraints) => {
    nested ??= open().catch(() => null);
    const inner = await nested;
    return inner ? inner.navigator.mediaDevices.getUserMedia(constraints) : own(constraints);
  };
}

/** How long the nested frame may take to load, in ms. */
const LOAD_MS = 5000;

/** The nested frame in this document. Its address is the handler's: a page of ours that does nothing without a portal. */
export function openNested(): Promise<MediaWindow> {
  return new Promise((resolve, reject) => {
    const frame = document.createElement('iframe');
    frame.allow = 'microphone';
    frame.hidden = true;
    frame.src = '/placement';
    const timer = setTimeout(reject, LOAD_MS);
    frame.addEventListener('load', () => {
      clearTimeout(timer);
      const inner = frame.contentWindow as (Window & MediaWindow) | null;
      if (inner) resolve(inner);
      else reject();
    });
    document.body.append(frame);
  });
}

/** Firefox alone has this; Chromium and Safari remember the permission of a frame however it was filled. */
export const isFirefox = (): boolean => 'mozInnerScreenX' in globalThis;
