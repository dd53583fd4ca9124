interface Policy {
  allowsFeature(name: string): boolean;
  features?(): string[];
}

/** `document.permissionsPolicy` or its older name; absent in Firefox and Safari. */
function policy(): Policy | undefined {
  const page = document as { permissionsPolicy?: Policy; featurePolicy?: Policy };
  return page.permissionsPolicy ?? page.featurePolicy;
}

/** Whether this frame may ask for the microphone: an old portal's frame has no right to (fact 1.2). */
export const mayListen = (): boolean => policy()?.allowsFeature('microphone') ?? true;

/**
 * Whether sound may be sent to a device of our choice. Portals don't delegate `speaker-selection`; a browser that
 * doesn't know the word applies no such rule.
 */
export function maySpeak(): boolean {
  if (!('setSinkId' in HTMLMediaElement.prototype)) return false;
  const ruled = policy()?.features?.().includes('speaker-selection') ?? false;
  return !ruled || (policy()?.allowsFeature('speaker-selection') ?? true);
}
