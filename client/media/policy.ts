interface Policy {
  allowsFeature(name: string): boolean;
}

/** `document.permissionsPolicy` or its older name; absent in Firefox and Safari. */
function policy(): Policy | undefined {
  const page = document as { permissionsPolicy?: Policy; featurePolicy?: Policy };
  return page.permissionsPolicy ?? page.featurePolicy;
}

/** Whether this frame may ask for the microphone: an old portal's frame has no right to (fact 1.2). */
export const mayListen = (): boolean => policy()?.allowsFeature('microphone') ?? true;
