import { networkInterfaces } from 'node:os';
import {
  type MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpTransceiver,
  RtpHeader,
  RtpPacket,
  MediaStreamTrack as Track,
  usePCMU,
} from 'werift';
import { createEventReader } from './dtmf.ts';
import { FRAME, levelOf } from './tone.ts';

/**
 * One call leg's media: a real WebRTC peer (ICE, DTLS-SRTP) that speaks G.711 mu-law and telephone events.
 *
 * It is an ICE-lite agent (RFC 8445 2.5), as a PBX with fixed addresses may be: it asks no STUN server and resolves
 * no `.local` name; the browser's checks show where it is. It offers one candidate and answers from exactly that
 * address: werift stays with the first pair that the browser nominates, so there must be no pair that does not work.
 */
export interface Media {
  /**
   * Answers an offer, the first one or that of a re-INVITE. Rejects one of another connection than the first: werift does
   * not begin its handshake anew.
   */
  answer(offer: string): Promise<string>;
  offer(): Promise<string>;
  accept(answer: string): Promise<void>;
  /**
   * Goes on with another phone, over a connection of its own: what is played and heard stays the same.
   * @returns our answer to that phone's offer; '' where it is none that we understand
   */
  replace(offer: string): Promise<string>;
  /** Plays 20 ms frames of mu-law in real time until they end or something else is played; null stops. */
  play(frames: Iterator<Uint8Array, void> | null, onEnd?: () => void): void;
  /** Sends one frame now. Nothing is sent while the far end does not want to receive. */
  send(frame: Uint8Array): void;
  stats(): MediaStats;
  close(): Promise<void>;
}

export interface MediaStats {
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Loudest frame heard so far, root mean square, 0 to 1. */
  readonly peakIn: number;
  /** Loudness of the newest frame. */
  readonly levelIn: number;
  /** Unix ms of the newest packet; null before the first. */
  readonly lastIn: number | null;
  /** Keys received as telephone events. */
  readonly digits: string;
  readonly direction: Direction;
  readonly state: string;
}

export interface MediaEvents {
  onFrame?(frame: Uint8Array): void;
  onDigit?(key: string): void;
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** What the sender of this SDP does with its audio (RFC 8866 6.7); without an attribute both directions. */
export function directionOf(sdp: string): Direction {
  const found = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(sdp.slice(Math.max(0, sdp.indexOf('m=audio'))));
  return (found?.[1] as Direction | undefined) ?? 'sendrecv';
}

/**
 * The address that a browser on this machine reaches: the first one that is not loopback, because browsers do not
 * offer loopback candidates of their own; else 127.0.0.1.
 */
export function mediaAddress(interfaces: ReturnType<typeof networkInterfaces>): string {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

const TELEPHONE_EVENT = 'audio/telephone-event';

/** One WebRTC connection to a phone. */
interface Connection {
  readonly peer: RTCPeerConnection;
  readonly track: MediaStreamTrack;
}

function openConnection(take: (packet: RtpPacket, eventType: number | undefined) => void): Connection {
  const address = mediaAddress(networkInterfaces());
  const peer = new RTCPeerConnection({
    iceLite: true,
    iceServers: [],
    iceUseTcp: false,
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: [address],
    iceInterfaceAddresses: { udp4: address },
    codecs: {
      audio: [
        usePCMU(),
        new RTCRtpCodecParameters({ mimeType: TELEPHONE_EVENT, clockRate: 8000, payloadType: 101, parameters: '0-16' }),
      ],
      video: [],
    },
  });
  const track = new Track({ kind: 'audio' });
  const transceiver = peer.addTransceiver(track, { direction: 'sendrecv' });
  const listening = new Set<MediaStreamTrack>();
  peer.onTrack.subscribe((heard) => {
    if (listening.has(heard)) return;
    listening.add(heard);
    heard.onReceiveRtp.subscribe((packet) => take(packet, eventPayloadType(transceiver)));
  });
  return { peer, track };
}

const certificateOf = (sdp: string) => /^a=fingerprint:(.*?)\s*$/m.exec(sdp)?.[1];

async function answerOn({ peer }: Connection, offer: string): Promise<string> {
  await peer.setRemoteDescription({ type: 'offer', sdp: offer });
  await peer.setLocalDescription(await peer.createAnswer());
  return peer.localDescription?.sdp ?? '';
}

/** Opens a leg's media. Only one timer runs, and only while something plays. */
export function createMedia(events: MediaEvents, now: () => number = Date.now): Media {
  const receiver = createReceiver(events, now);
  let connection = openConnection(receiver.take);
  let remote: Direction = 'sendrecv';
  let certificate: string | undefined;
  const sender = createSender(
    () => connection.track,
    () => remote === 'sendrecv' || remote === 'recvonly',
  );
  const player = createPlayer(sender.send, now);
  return {
    async answer(offer) {
      certificate ??= certificateOf(offer);
      if (certificate !== certificateOf(offer)) throw new Error('another certificate');
      remote = directionOf(offer);
      return answerOn(connection, offer);
    },
    async offer() {
      const { peer } = connection;
      await peer.setLocalDescription(await peer.createOffer());
      return peer.localDescription?.sdp ?? '';
    },
    async accept(answer) {
      certificate = certificateOf(answer);
      remote = directionOf(answer);
      await connection.peer.setRemoteDescription({ type: 'answer', sdp: answer });
    },
    async replace(offer) {
      const next = openConnection(receiver.take);
      const answer = await answerOn(next, offer).catch(() => '');
      const unused = answer === '' ? next : connection;
      if (answer !== '') {
        connection = next;
        certificate = certificateOf(offer);
        remote = directionOf(offer);
      }
      await unused.peer.close();
      return answer;
    },
    play: player.play,
    send: sender.send,
    stats: () => ({
      ...receiver.stats(),
      packetsOut: sender.sent(),
      direction: remote,
      state: connection.peer.connectionState,
    }),
    async close() {
      player.play(null);
      await connection.peer.close();
    },
  };
}

function eventPayloadType(transceiver: RTCRtpTransceiver): number | undefined {
  return transceiver.codecs.find((codec) => codec.mimeType.toLowerCase() === TELEPHONE_EVENT)?.payloadType;
}

function createReceiver(events: MediaEvents, now: () => number) {
  const readEvent = createEventReader();
  const heard = { packetsIn: 0, peakIn: 0, levelIn: 0, lastIn: null as number | null, digits: '' };
  return {
    stats: () => ({ ...heard }),
    take(packet: RtpPacket, eventType: number | undefined) {
      heard.packetsIn++;
      heard.lastIn = now();
      if (packet.header.payloadType === eventType) {
        const key = readEvent(packet.payload, packet.header.timestamp);
        if (key === undefined) return;
        heard.digits += key;
        events.onDigit?.(key);
        return;
      }
      heard.levelIn = levelOf(packet.payload);
      heard.peakIn = Math.max(heard.peakIn, heard.levelIn);
      events.onFrame?.(packet.payload);
    },
  };
}

function createSender(track: () => MediaStreamTrack, wanted: () => boolean) {
  let sequenceNumber = Math.floor(Math.random() * 0x8000);
  let timestamp = Math.floor(Math.random() * 0x7fff_ffff);
  let sent = 0;
  return {
    sent: () => sent,
    send(frame: Uint8Array) {
      sequenceNumber = (sequenceNumber + 1) & 0xffff;
      timestamp = (timestamp + FRAME) >>> 0;
      if (!wanted()) return;
      const header = new RtpHeader({ payloadType: 0, sequenceNumber, timestamp, marker: sent === 0 });
      sent++;
      track().writeRtp(new RtpPacket(header, Buffer.from(frame)));
    },
  };
}

const FRAME_MS = 20;
/** Frames that a late timer may send at once; what is older is skipped, or the far end's jitter buffer grows. */
const CATCH_UP = 10;

function createPlayer(send: (frame: Uint8Array) => void, now: () => number) {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearInterval(timer);
  return {
    play(frames: Iterator<Uint8Array, void> | null, onEnd?: () => void) {
      stop();
      if (!frames) return;
      let due = now();
      timer = setInterval(() => {
        due = Math.max(due, now() - CATCH_UP * FRAME_MS);
        for (; due <= now(); due += FRAME_MS) {
          const frame = frames.next();
          if (frame.done) {
            stop();
            onEnd?.();
            return;
          }
          send(frame.value);
        }
      }, FRAME_MS);
    },
  };
}
