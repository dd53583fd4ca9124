import { TICK_MS } from '../phone/heartbeat.ts';

// A worker's timers run on while its page is hidden, whose own the browser slows down to one a minute.
setInterval(() => postMessage(0), TICK_MS);
