/** RTP counters of one SIP channel, as Asterisk sees them. */
export interface ChannelStats {
  /** Name without its technology, e.g. `1001-00000003`. */
  readonly channel: string;
  readonly codec: string;
  /** Packets from the phone. */
  readonly received: number;
  /** Packets to the phone. */
  readonly sent: number;
}

/**
 * Reads the table of `pjsip show channelstats`. Its columns: bridge, channel, up time, codec; received: count, lost,
 * share, jitter; transmitted: count and so on.
 */
export function readChannelStats(table: string): readonly ChannelStats[] {
  const row = /^\s*(?:\S+\s+)?(\S+)\s+\d\d:\d\d:\d\d\s+(\S+)\s+(\d+)\s+\d+\s+\d+\s+[\d.]+\s+(\d+)\s/;
  return table.split('\n').flatMap((line) => {
    const found = row.exec(line);
    if (!found) return [];
    const [, channel = '', codec = '', received, sent] = found;
    return [{ channel, codec, received: Number(received), sent: Number(sent) }];
  });
}

/**
 * The agents that a queue would ring now, from `queue show NAME`. A queue learns that a phone has registered or hung
 * up a moment later than the phone itself.
 */
export function freeMembers(listing: string): readonly string[] {
  return [...listing.matchAll(/^\s*PJSIP\/(\S+) .*\(Not in use\)/gm)].map((match) => match[1] ?? '');
}
