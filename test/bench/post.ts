/** What a portal posts to the handler (bitrix24 fact 1.4), with made-up tokens of the usual length. */
export const PLACEMENT_FIELDS: Readonly<Record<string, string>> = {
  AUTH_ID: 'a1b2c3d4'.repeat(9),
  AUTH_EXPIRES: '3600',
  REFRESH_ID: 'd4c3b2a1'.repeat(9),
  SERVER_ENDPOINT: 'https://oauth.bitrix24.tech/rest/',
  member_id: '0123456789abcdef0123456789abcdef',
  status: 'L',
  PLACEMENT: 'PAGE_BACKGROUND_WORKER',
  PLACEMENT_OPTIONS: '{"ID":"PAGE_BACKGROUND_WORKER","URI":"/crm/deal/details/1234/?any=thing"}',
};

/** Query that a portal appends to the handler's address. */
export const PLACEMENT_QUERY = 'DOMAIN=portal.bitrix24.eu&PROTOCOL=1&LANG=en&APP_SID=0123456789abcdef0123456789abcdef';

/** The same as bytes on a connection. */
export function placementRequest(host: string): Buffer {
  const body = new URLSearchParams(PLACEMENT_FIELDS).toString();
  return Buffer.from(
    [
      `POST /placement?${PLACEMENT_QUERY} HTTP/1.1`,
      `Host: ${host}`,
      'Content-Type: application/x-www-form-urlencoded',
      'Accept: text/html,application/xhtml+xml',
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
