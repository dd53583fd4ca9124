/**
 * What a NOTIFY about our REFER says (RFC 3515 2.4.5: the body is a fragment of the target's answer).
 * @returns the target's final status, null while nothing is decided (1xx, or no status line)
 */
export function referStatus(body: string): number | null {
  const status = Number(/^SIP\/2\.0 (\d{3})/m.exec(body)?.[1] ?? 0);
  return status < 200 ? null : status;
}
