/**
 * The network that a request comes from, to count guesses by: the IPv4 address, or the first half of the IPv6 address,
 * whose second half its owner chooses at will (RFC 4291 2.5.1). Cloudflare sets the header itself; '' without it.
 *
 * @example callerNetwork(request) // '2001:db8:1:2' for 2001:db8:1:2::17
 */
export function callerNetwork(request: Request): string {
  const address = request.headers.get('cf-connecting-ip') ?? '';
  if (!address.includes(':')) return address;
  const [head = ''] = address.split('::');
  return head.split(':').slice(0, 4).join(':');
}
