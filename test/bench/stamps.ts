/** When things happened in a page and its frames, on the clock that all of them and this program share. */

export interface Stamp {
  /** Unix ms with fractions. */
  readonly at: number;
  readonly way: 'in' | 'out' | 'click';
  /** First line of the SIP message; of a click, nothing. */
  readonly line: string;
}

declare global {
  interface Window {
    stamps: Stamp[];
  }
}

/** An init script: notes every SIP message of a page's WebSockets before anybody else sees it, and every click. */
export function noteStamps(): void {
  const stamps: Stamp[] = [];
  window.stamps = stamps;
  const note = (way: Stamp['way'], data: unknown) => {
    const at = performance.timeOrigin + performance.now();
    stamps.push({ at, way, line: typeof data === 'string' ? (data.split('\r\n', 1)[0] ?? '') : '' });
  };
  document.addEventListener('click', () => note('click', ''), { capture: true });
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', (event) => note('in', event.data));
    }
    override send(data: Parameters<WebSocket['send']>[0]): void {
      note('out', data);
      super.send(data);
    }
  };
}

/**
 * The first stamp of a kind.
 *
 * @param since Unix ms; older ones are not meant
 */
export const firstStamp = (stamps: readonly Stamp[], way: Stamp['way'], start: string, since = 0): Stamp | undefined =>
  stamps.find((stamp) => stamp.way === way && stamp.at >= since && stamp.line.startsWith(start));
