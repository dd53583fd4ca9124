/** Headers and SDP attributes whose value is a secret: digest answers, and the password of the media's ICE. */
const SECRETS = /^((?:proxy-)?authorization|a=ice-pwd|a=crypto)(\s*:).*$/gim;

/**
 * Takes secrets out of what SIP.js logs, which are whole messages including digest headers (docs/sipjs.md).
 * @example redact('Authorization: Digest username="1001"…') // 'Authorization: (hidden)'
 */
export function redact(text: string): string {
  return text.replace(SECRETS, '$1$2 (hidden)');
}

/** SIP.js's logConnector: warnings and errors only, without secrets. */
export function logConnector(sink: (line: string) => void) {
  return (level: string, category: string, _label: string | undefined, content: string): void => {
    if (level === 'warn' || level === 'error') sink(`${category}: ${redact(String(content))}`);
  };
}
