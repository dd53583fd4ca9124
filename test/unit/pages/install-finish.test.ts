import { expect, it } from 'vitest';
import { finishInstall } from '../../../client/install/finish.ts';

function desk(answered: boolean | null) {
  const log: string[] = [];
  return {
    log,
    bridge:
      answered === null
        ? null
        : {
            call: async (method: string, params: unknown) => {
              log.push(`${method} ${JSON.stringify(params)}`);
              return answered ? { answered, value: undefined } : { answered };
            },
          },
    say: (text: string) => void log.push(text),
    wait: async () => void log.push('wait'),
  };
}

it('a person can read that it worked before Bitrix24 takes the page away', async () => {
  const at = desk(true);
  await finishInstall({ ok: true }, at);
  expect(at.log).toEqual([expect.stringContaining('in place'), 'wait', 'setInstallFinish {"value":true}']);
});

it('a failed installation is never finished', async () => {
  const at = desk(true);
  await finishInstall({ ok: false }, at);
  expect(at.log).toEqual([]);
});

it('a portal that does not answer is named', async () => {
  const at = desk(false);
  await finishInstall({ ok: true }, at);
  expect(at.log.at(-1)).toContain('did not answer');
});

it('outside a portal there is nobody to tell', async () => {
  const at = desk(null);
  await finishInstall({ ok: true }, at);
  expect(at.log).toEqual([expect.stringContaining('Open this page from your Bitrix24 portal')]);
});
