/** What this page knows of the network it is in. */
export interface Network {
  /** Calls have got through by the relay alone. */
  relayOnly(): boolean;
  /** A connection stands: which kind of candidate of ours it uses. */
  chosen(type: string | undefined): void;
  /** Another network, perhaps. */
  forget(): void;
}

/**
 * Remembers from call to call whether only a relay gets through. ICE prefers every direct way (RFC 8445 5.1.2.1), so a
 * connection that stands on a relay means that the direct ways are blocked.
 */
export function rememberNetwork(): Network {
  let relayOnly = false;
  return {
    relayOnly: () => relayOnly,
    chosen: (type) => {
      if (type !== undefined) relayOnly = type === 'relay';
    },
    forget: () => {
      relayOnly = false;
    },
  };
}

/** The kind of our candidate that a connection uses now; undefined where the browser does not say (Firefox). */
export function chosenType(connection: RTCPeerConnection | undefined): string | undefined {
  const transport = connection?.getSenders()[0]?.transport?.iceTransport as
    | { getSelectedCandidatePair?(): { local?: { type?: string | null } } | null }
    | undefined;
  return transport?.getSelectedCandidatePair?.()?.local?.type ?? undefined;
}
