import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixesOf } from '../../../src/numbers/country.ts';
import { dialled } from '../../../src/numbers/dial.ts';
import { matchable } from '../../../src/numbers/match.ts';
import { lineOf, makesLead, type PortalRules } from '../../../src/portal/leads.ts';
import { callingOf } from '../../../src/settings/calling.ts';
import { DEFAULT_CALLS } from '../../../src/settings/calls-form.ts';

const germany = { country: 'DE', extensionDigits: 3 };

describe('a number has one form', () => {
  it.each([
    ['030 123456', 'DE', '+4930123456'],
    ['0049 30 123456', 'DE', '+4930123456'],
    ['+49 (0)30 123456', 'DE', '+4930123456'],
    ['4930123456', 'DE', '+4930123456'],
    ['74951234567', 'RU', '+74951234567'],
    ['84951234567', 'RU', '+74951234567'],
    ['2125550100', 'US', '+12125550100'],
    ['+442079460000', '', '+442079460000'],
  ])('%s in %s', (number, country, form) => {
    expect(matchable(number, { country, extensionDigits: 3 })).toBe(form);
  });

  it.each([
    ['101', '101'],
    ['116117', '116117'],
    ['*97', '*97'],
    ['anonymous', 'anonymous'],
    ['anna2', 'anna2'],
    ['', ''],
  ])('%s stays as it is', (number, form) => {
    expect(matchable(number, germany)).toBe(form);
  });

  it('without a country, what the world cannot tell stays as it is written, without its formatting', () => {
    expect(matchable('030 123-456', { country: '', extensionDigits: 0 })).toBe('030123456');
    expect(matchable('030 123-456', { country: 'ZZ', extensionDigits: 0 })).toBe('030123456');
  });

  it('its form is its own', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('DE', 'US', 'RU', 'IT', ''),
        fc.stringMatching(/^\+?[\d ()-]{0,16}$/),
        (country, text) => {
          const once = matchable(text, { country, extensionDigits: 4 });
          expect(matchable(once, { country, extensionDigits: 4 })).toBe(once);
        },
      ),
    );
  });
});

describe('what a country dials with', () => {
  it.each([
    ['DE', '49', '0', '00'],
    ['US', '1', '1', '011'],
    ['RU', '7', '8', '810'],
    ['ES', '34', '', '00'],
    ['AU', '61', '0', '0011'],
    ['BR', '55', '0', '00'],
    ['', '', '', '00'],
    ['ZZ', '', '', '00'],
  ])('%s', (country, countryCode, nationalPrefix, internationalPrefix) => {
    expect(prefixesOf(country)).toEqual({ countryCode, nationalPrefix, internationalPrefix });
  });

  it('is in the plan that a browser gets', () => {
    const { dialling } = callingOf({ ...DEFAULT_CALLS, country: 'DE', dialAs: 'e164', dialPrefix: '9' }, '1001');
    expect(dialled('030 123456', dialling)).toEqual({ ok: true, number: '9+4930123456' });
  });
});

describe('a lead is made', () => {
  const rules = (leads: PortalRules['calls']['leads']): PortalRules => ({
    calls: { ...DEFAULT_CALLS, ...germany, leads },
    lines: [
      { number: '+4930111111', name: 'Sales', leads: true },
      { number: '+4930222222', name: 'Support' },
    ],
  });
  const call = { number: '+4989123456', line: '030111111' };

  it('for every unknown number, or for none', () => {
    expect(makesLead(call, rules('unknown'))).toBe(true);
    expect(makesLead(call, rules('never'))).toBe(false);
  });

  it('by line: where the line says so, in whatever form the PBX writes it', () => {
    expect(lineOf(call.line, rules('by_line'))?.name).toBe('Sales');
    expect(makesLead(call, rules('by_line'))).toBe(true);
    expect(makesLead({ ...call, line: '030222222' }, rules('by_line'))).toBe(false);
    expect(makesLead({ ...call, line: '' }, rules('by_line'))).toBe(false);
  });

  it('never of a colleague, nor of a caller who hides', () => {
    expect(makesLead({ ...call, number: '101' }, rules('unknown'))).toBe(false);
    expect(makesLead({ ...call, number: 'anonymous' }, rules('unknown'))).toBe(false);
  });
});
