/** What the test page lets a test do: a SIP.js phone without any product around it, to prove a PBX by itself. */
export interface TestPhone {
  /** Opens the WebSocket and registers. Rejects with `register <status>`. */
  connect(account: TestAccount): Promise<void>;
  /** Unregisters and closes the WebSocket. */
  disconnect(): Promise<void>;
  /** Dials; the call's handle comes back before anything was answered. */
  dial(number: string, options?: DialOptions): Promise<string>;
  /** Resolves with the next incoming call that no test took yet. */
  incoming(): Promise<IncomingCall>;
  answer(call: string): Promise<void>;
  reject(call: string, status: number): Promise<void>;
  /** Ends the call in the way its state asks for: CANCEL or BYE. */
  hangup(call: string): Promise<void>;
  /** Re-INVITE; resolves with the final status. */
  hold(call: string, on: boolean): Promise<number>;
  /** Opens the WebSocket again after it was lost, and registers. */
  reconnect(): Promise<void>;
  /** Re-INVITE with an ICE restart, as a phone sends it after a reconnect; resolves with the final status. */
  restartIce(call: string): Promise<number>;
  /** Resolves when the WebSocket is lost. */
  disconnected(): Promise<void>;
  /** Telephone events, RFC 4733. */
  dtmf(call: string, keys: string): Promise<void>;
  /** INFO with application/dtmf-relay; resolves with the status. */
  dtmfInfo(call: string, key: string): Promise<number>;
  /** Resolves when the call is in this state. */
  reached(call: string, state: 'ringing' | 'established' | 'terminated'): Promise<void>;
  /** Statuses that the far end answered to our INVITE, in order; `reason` of its BYE or CANCEL. */
  history(call: string): Promise<CallHistory>;
  /** Resolves when audio louder than silence came in, with packets in both directions since the call of this. */
  hears(call: string): Promise<Heard>;
  stats(call: string): Promise<Heard>;
}

export interface DialOptions {
  /** Takes the sound of a 183 before the answer. */
  readonly earlyMedia?: boolean;
  /** Further header fields, e.g. `P-Preferred-Identity: <sip:+4930999@pbx>`. */
  readonly headers?: readonly string[];
}

export interface TestAccount {
  readonly url: string;
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  /** Instead of none. */
  readonly iceServers?: readonly RTCIceServer[];
}

export interface IncomingCall {
  readonly call: string;
  readonly from: string;
  readonly name: string;
  /** First value of each header field, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface CallHistory {
  readonly statuses: readonly number[];
  /** Reason header fields of the far end's CANCEL and BYE (RFC 3326). */
  readonly reasons: readonly string[];
}

export interface Heard {
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Level of what is heard now, 0 to 1. */
  readonly level: number;
  readonly codec: string;
  /** Chosen candidates, e.g. `host 127.0.0.1 -> host 127.0.0.1`. */
  readonly pair: string;
  /** What the last offer and answer agreed on, seen from the page. */
  readonly direction: string;
}
