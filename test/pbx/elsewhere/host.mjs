// A host in a network of its own: `unshare --net node host.mjs ADDRESS DOOR PORT`. It holds the network until it is ended, has
// ADDRESS on its loopback, and leads what comes by the socket file DOOR to its own 127.0.0.1:PORT, so that a test reaches that
// port however the links to this network stand.
import { execFileSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import process from 'node:process';

const [address = '', door = '', port = ''] = process.argv.slice(2);
execFileSync('ip', ['link', 'set', 'lo', 'up']);
execFileSync('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo']);

createServer((caller) => {
  const inside = connect(Number(port), '127.0.0.1');
  for (const [one, other] of [
    [caller, inside],
    [inside, caller],
  ]) {
    one.pipe(other);
    one.on('error', () => one.destroy());
    one.once('close', () => other.destroy());
  }
}).listen(door, () => console.log('ready'));
