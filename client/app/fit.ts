import type { Bridge } from '../bitrix24/bridge.ts';

/** How long the portal may take for a resize; nobody waits for it (ms). */
const TIMEOUT_MS = 5000;

/**
 * Keeps the frame as high as its content, as the portal gives every app the same height and cuts off the rest
 * (`resizeWindow`, fact 2.1). The body's own height is measured: the document's is never less than the frame's, so
 * that a frame could only grow.
 *
 * @param height the content's height now, in CSS pixels
 * @param observe calls back whenever the content's size may have changed
 */
export function fitFrame(bridge: Pick<Bridge, 'call'>, height: () => number, observe: (callback: () => void) => void) {
  let sent = 0;
  const resize = () => {
    const wanted = Math.ceil(height());
    if (wanted === sent || wanted <= 0) return;
    sent = wanted;
    void bridge.call('resizeWindow', { width: '100%', height: wanted }, TIMEOUT_MS);
  };
  observe(resize);
  resize();
}
