import { expect, it } from 'vitest';
import { createRegistrar } from '../../pbx/demo/registrar.ts';

const at = (connection: string, user = '1001') => ({
  user,
  contact: `<sip:x@${connection}.invalid>`,
  target: `sip:x@${connection}.phone`,
  connection,
});

function setUp() {
  let time = 0;
  const registrar = createRegistrar(() => time);
  return { registrar, pass: (seconds: number) => (time += seconds * 1000) };
}

it('the newest contact takes the place of the older one', () => {
  const { registrar } = setUp();
  expect(registrar.bind(at('c1'), 600).fresh).toBe(true);
  expect(registrar.bind(at('c1'), 600).fresh).toBe(false);
  expect(registrar.bind(at('c2'), 600).fresh).toBe(true);
  expect(registrar.find('1001')?.connection).toBe('c2');
});

it('a registration ends with its time', () => {
  const { registrar, pass } = setUp();
  registrar.bind(at('c1'), 60);
  pass(59);
  expect(registrar.find('1001')).toBeDefined();
  pass(1);
  expect(registrar.find('1001')).toBeUndefined();
  expect(registrar.list()).toEqual([]);
});

it('grants between ten seconds and an hour', () => {
  const { registrar } = setUp();
  expect(registrar.bind(at('c1'), 1).binding.expiresAt).toBe(10_000);
  expect(registrar.bind(at('c1'), 99_999).binding.expiresAt).toBe(3_600_000);
});

it('a closed connection takes its own users along, not those who moved to a new one', () => {
  const { registrar } = setUp();
  registrar.bind(at('c1', '1001'), 600);
  registrar.bind(at('c1', '1002'), 600);
  registrar.bind(at('c2', '1002'), 600);
  expect(registrar.drop('c1')).toEqual(['1001']);
  expect(registrar.list().map(({ user }) => user)).toEqual(['1002']);
});

it('unregistering says whether there was anything', () => {
  const { registrar } = setUp();
  registrar.bind(at('c1'), 600);
  expect(registrar.unbind('1001')).toBe(true);
  expect(registrar.unbind('1001')).toBe(false);
});
