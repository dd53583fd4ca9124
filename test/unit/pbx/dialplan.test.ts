import { describe, expect, it } from 'vitest';
import { route } from '../../pbx/demo/dialplan.ts';

const AGENTS = ['1001', '1002'];

describe('dial plan of the demo PBX', () => {
  it('services have their numbers', () => {
    expect(route('600', AGENTS)).toEqual({ to: 'echo' });
    expect(route('602', AGENTS)).toEqual({ to: 'tone' });
    expect(route('604', AGENTS)).toEqual({ to: 'refusal', status: 486 });
    expect(route('608', AGENTS)).toEqual({ to: 'short', ms: 2000 });
  });

  it('an account is reached by its user name, even where that looks like a service', () => {
    expect(route('1002', AGENTS)).toEqual({ to: 'agent', user: '1002' });
    expect(route('600', ['600'])).toEqual({ to: 'agent', user: '600' });
  });

  it.each(['+49301234567', '0049301234567', '030 1234567', '+1 (202) 555-0143'])('%s is a customer', (number) => {
    expect(route(number, AGENTS)).toMatchObject({ to: 'customer' });
  });

  it.each(['777', '', '1003', '+12', 'alice', '+1234567890123456', '00049301234567'])('"%s" is nobody', (number) => {
    expect(route(number, AGENTS)).toEqual({ to: 'refusal', status: 404 });
  });
});
