import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quiet } from '../../../client/build/quiet.mjs';

const lib = join(import.meta.dirname, '../../../node_modules/sip.js/lib');
const some = join(lib, 'api/session.js');
const quieted = (code: string, id = some) => quiet(code, id)?.code;

describe('log statements of SIP.js', () => {
  it('go as a whole, however they are written', () => {
    expect(quieted(`a(); this.logger.log("x;)" + \`\${y("(")}\`,\n  "z"); b();`)).toBe('a(); ; b();');
    expect(quieted('logger.debug(1); this._logger.log(2); session.logger.warn(3);')).toBe('; ; ;');
  });

  it('leave a body behind where the statement was all of it', () => {
    expect(quieted('if (a) this.logger.log(1); else b();')).toBe('if (a) ; else b();');
  });

  it('stay where their value is used, or the code only looks like one', () => {
    const code =
      'const a = this.logger.log(1); f(() => this.logger.debug(2)); console.log(3); "this.logger.log(4);"; x.log(5);';
    expect(quieted(code)).toBe(code);
  });

  it('stay where they are errors', () => {
    expect(quieted('this.logger.error("x");')).toBe('this.logger.error("x");');
  });

  it('stay as warnings where nothing else says why the PBX was not obeyed', () => {
    const code = 'this.logger.warn("x");';
    expect(quieted(code, join(lib, 'core/messages/digest-authentication.js'))).toBe(code);
    expect(quieted(code, join(lib, 'api/user-agent.js'))).toBe(code);
    expect(quieted(code, join(lib, 'core/user-agents/user-agent-client.js'))).toBe(code);
    expect(quieted(code, join(lib, 'core/user-agents/invite-user-agent-client.js'))).toBe(';');
  });

  it('stay in code that is not SIP.js', () => {
    expect(quiet('this.logger.log(1);', '/somewhere/client/phone/phone.ts')).toBeNull();
  });

  it('are as many as in the version that was looked through', () => {
    const files = globSync('**/*.js', { cwd: lib });
    const removed = files.map((file) => quiet(readFileSync(join(lib, file), 'utf8'), join(lib, file))?.removed ?? 0);
    expect({ files: files.length, removed: removed.reduce((sum, count) => sum + count, 0) }).toEqual({
      files: 193,
      removed: 274,
    });
  });
});
